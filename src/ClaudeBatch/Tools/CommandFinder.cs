using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Tools;

/// <summary>Finds the command that a user means for a tool.</summary>
/// <param name="shell">The shell of the cmdlet that runs.</param>
internal sealed class CommandFinder(CommandInvocationIntrinsics shell)
{
    /// <summary>Finds the function, cmdlet or script; of an alias, what it stands for.</summary>
    /// <param name="given">A command or its name.</param>
    /// <exception cref="ClaudeBatchException"><c>ToolNotFound</c>: no command has the name. <c>ToolIsApplication</c>: it is a program, or
    /// another kind of command that has no parameters of PowerShell.</exception>
    public CommandInfo Find(object given)
    {
        CommandInfo? found = given as CommandInfo ?? Named((string)given);
        CommandInfo? meant = found is AliasInfo alias ? alias.ResolvedCommand : found;
        return meant switch
        {
            null => throw new ClaudeBatchException(
                FailureKind.NotFound,
                "ToolNotFound",
                found is null
                    ? $"There is no command '{given}'. A tool is the whole name of a function, cmdlet, alias or script, or the object of "
                        + "the API."
                    : $"'{found.Name}' is an alias, and there is no command '{found.Definition}' that it stands for.")
            { Target = given },
            FunctionInfo { CommandType: CommandTypes.Function or CommandTypes.Filter } or CmdletInfo or ExternalScriptInfo => meant,
            _ => throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ToolIsApplication",
                meant is ApplicationInfo
                    ? $"'{meant.Name}' is a program ({meant.Source}), which has no parameters that a model could be told. Put a function "
                        + "around it."
                    : $"'{meant.Name}' is of the type {meant.CommandType}; a tool is a function, a cmdlet or a script.")
            { Target = given },
        };
    }

    /// <summary>The name of the tool that a command is.</summary>
    public static string NameOf(CommandInfo command)
        => command is ExternalScriptInfo script ? Path.GetFileNameWithoutExtension(script.Path) : command.Name;

    /// <summary>What tells a command from others of its name: the name with the module's, or the path of the script.</summary>
    public static string PlaceOf(CommandInfo command) => command is ExternalScriptInfo script ? script.Path
        : string.IsNullOrEmpty(command.ModuleName) ? command.Name
        : $"{command.ModuleName}\\{command.Name}";

    // The shell finds Get-Item by the name 'Item', too. A tool is run by its name later, and that is the whole one.
    private CommandInfo? Named(string name)
    {
        CommandInfo? found = shell.GetCommand(name, CommandTypes.All);
        return found is null or ExternalScriptInfo or ApplicationInfo
            || found.Name.Equals(name[(name.LastIndexOf('\\') + 1)..], StringComparison.OrdinalIgnoreCase) ? found : null;
    }
}
