using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Tools;

/// <summary>The commands that a command line names, so that calls of tools may run them. Nothing else is run.</summary>
internal sealed class LineTools
{
    private readonly Dictionary<string, LineTool> _tools = new(StringComparer.Ordinal);

    private LineTools()
    {
    }

    /// <summary>The tools, in the order of the line.</summary>
    public IReadOnlyCollection<LineTool> All => _tools.Values;

    /// <summary>Finds the commands.</summary>
    /// <param name="given">What the line names: commands, their names, tables with the key Command, tools made of commands.</param>
    /// <param name="shell">The shell of the cmdlet that runs.</param>
    /// <exception cref="ClaudeBatchException"><c>ToolHasNoCommand</c>: one is an object of the API. <c>ToolNameTwice</c>: two have one name.
    /// Those of <see cref="CommandFinder.Find"/> and <see cref="ToolSource.From"/>.</exception>
    public static LineTools Of(IEnumerable<object> given, CommandInvocationIntrinsics shell)
    {
        LineTools tools = new();
        CommandFinder finder = new(shell);
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (object one in given)
        {
            CommandInfo? command = null;
            PipelinePump.Outside(one, o => command = Readable(finder.Find(CommandOf(o)), o));
            LineTool tool = new(CommandFinder.NameOf(command!), command!, CommandFinder.PlaceOf(command!));
            if (!names.Add(tool.Name))
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "ToolNameTwice",
                    $"Two tools have the name '{tool.Name}', and a call says the name alone. Leave one out, or put a function with another "
                        + "name around one.")
                { Target = tool.Name };
            }

            tools._tools.Add(tool.Name, tool);
        }

        return tools;
    }

    /// <summary>Finds the tool of this very name; null where the line names none.</summary>
    public LineTool? Find(string name) => _tools.GetValueOrDefault(name);

    // A script that cannot be read is told before any call waits for it.
    private static CommandInfo Readable(CommandInfo command, object given)
    {
        try
        {
            _ = command.Parameters;
            return command;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ToolInvalid", $"The parameters of {command.Name} cannot be read: {e.Message}", e)
            { Target = given };
        }
    }

    private static object CommandOf(object given)
    {
        if (ClaudeTool.From(given) is { } tool)
        {
            return tool.Runs ?? (object)tool.Command;
        }

        return ToolSource.From(given)?.Command ?? throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "ToolHasNoCommand",
            $"'{given}' says nothing of a command, so that nothing could be run for its calls. Name the command that runs them: "
                + "-Tool Get-Order.")
        { Target = given };
    }
}

/// <summary>A command that runs the calls of a tool.</summary>
/// <param name="Name">The name by which a model calls the tool.</param>
/// <param name="Command">The command.</param>
/// <param name="Place">The command with its module, or the path of the script.</param>
internal sealed record LineTool(string Name, CommandInfo Command, string Place);
