using System.Management.Automation;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Tools;

/// <summary>Makes tools of commands, as the caller's shell knows them.</summary>
/// <param name="shell">The shell of the cmdlet that runs.</param>
/// <param name="explain">Takes what a person wants to know who asks why a tool is as it is.</param>
/// <param name="warn">Takes what a person should change.</param>
internal sealed class ToolMaker(CommandInvocationIntrinsics shell, Action<string> explain, Action<string> warn)
{
    public Action<string> Explain => explain;

    /// <summary>Makes the tool of a command. It is not strict.</summary>
    /// <exception cref="ClaudeBatchException">The ids that begin with <c>Tool</c>: no tool can be made of the command.</exception>
    public ClaudeTool Make(ToolSource source)
    {
        ClaudeTool? made = null;
        PipelinePump.Outside(source, s => made = MakeInShell(s));
        return made!;
    }

    private ClaudeTool MakeInShell(ToolSource source)
    {
        CommandInfo command = new CommandFinder(shell).Find(source.Command);
        string name = CommandFinder.NameOf(command);
        if (!ToolSchemas.IsName(name))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ToolNameInvalid",
                $"'{name}' cannot be the name of a tool, which is 1 to 128 letters, digits, hyphens and underscores. Put a function with such "
                    + "a name around the command.")
            { Target = source.Command };
        }

        ToolParameters parameters = ToolParameters.Of(command, name, source);
        ToolTexts texts = new(name, source.Description, parameters.Offered);
        CommandHelp help = CommandHelp.Of(command, name, shell);
        string description = texts.OfTool ?? help.Description ?? throw Undescribed(name, source);
        JsonObject schema = parameters.Schema(p => texts.Of(p) ?? help.Of(p), explain, warn);
        return new ClaudeTool(name, CommandFinder.PlaceOf(command), description, schema, isStrict: false, command);
    }

    private static ClaudeBatchException Undescribed(string name, ToolSource source) => new(
        FailureKind.InvalidArgument,
        "ToolUndescribed",
        $"There is no help here that says what {name} does, and a model chooses a tool by that. Give it a .SYNOPSIS, or say it: "
            + $"-Tool @{{ Command = '{name}'; Description = '…' }}.")
    { Target = source.Command };
}
