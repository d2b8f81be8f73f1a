using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ClaudeBatch.Pipeline;

/// <summary>
/// What the commands of one pipeline have told, so that a cause that several of them meet with is told once. The shell disposes of them
/// together, at the pipeline's end; what they have told is forgotten then.
/// </summary>
internal static class Told
{
    private static readonly ConditionalWeakTable<Runspace, Dictionary<string, AsyncCommand>> s_shells = [];

    /// <summary>Notes that a command tells something; false where a command of the pipeline has told the same.</summary>
    /// <param name="teller">The command.</param>
    /// <param name="what">A warning's words, or an error's id.</param>
    public static bool TryAdd(AsyncCommand teller, string what)
        => Runspace.DefaultRunspace is not { } shell || s_shells.GetOrCreateValue(shell).TryAdd(what, teller);

    public static bool Has(string what)
        => Runspace.DefaultRunspace is { } shell && s_shells.TryGetValue(shell, out Dictionary<string, AsyncCommand>? told)
            && told.ContainsKey(what);

    /// <summary>Forgets what a command has told.</summary>
    public static void Forget(AsyncCommand teller)
    {
        if (Runspace.DefaultRunspace is { } shell && s_shells.TryGetValue(shell, out Dictionary<string, AsyncCommand>? told))
        {
            foreach (string what in told.Where(t => t.Value == teller).Select(static t => t.Key).ToArray())
            {
                told.Remove(what);
            }
        }
    }
}
