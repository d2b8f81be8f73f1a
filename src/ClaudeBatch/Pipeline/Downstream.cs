using System.Management.Automation;
using System.Reflection;

namespace ClaudeBatch.Pipeline;

/// <summary>Finds the command that a command hands its objects to.</summary>
internal static class Downstream
{
    private const BindingFlags OfShell = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    // From a command to the next one, as the shell keeps it. None of it is in the reference that is compiled against.
    private static readonly string[] s_way = ["OutputPipe", "DownstreamCmdlet", "Command"];

    // With these, somebody else gets the objects, too.
    private static readonly string[] s_others = ["OutVariable", "PipelineVariable", "OutBuffer"];

    /// <summary>
    /// Gives the next command of the pipeline where it alone gets the objects of <paramref name="command"/>, as they are; null where that is not
    /// known.
    /// </summary>
    public static PSCmdlet? Of(PSCmdlet command)
    {
        if (Array.Exists(s_others, command.MyInvocation.BoundParameters.ContainsKey))
        {
            return null;
        }

        object? at = command.CommandRuntime;
        foreach (string step in s_way)
        {
            at = at?.GetType().GetProperty(step, OfShell)?.GetValue(at);
        }

        return at is PSCmdlet next
            && next.MyInvocation.PipelineLength == command.MyInvocation.PipelineLength
            && next.MyInvocation.PipelinePosition == command.MyInvocation.PipelinePosition + 1
            ? next
            : null;
    }
}
