namespace ClaudeBatch.Core.Rounds;

/// <summary>The tools that a command line names, and the place where their calls run.</summary>
public interface IToolBench
{
    /// <summary>The tools' names with the commands that they stand for.</summary>
    IReadOnlyCollection<(string Name, string Command)> Tools { get; }

    /// <summary>Whether the line names the tool, with exactly these letters.</summary>
    bool Has(string name);

    /// <summary>Whether a call may run again where nobody knows what became of it: it only reads, or the line says so.</summary>
    bool MayRepeat(string name);

    /// <summary>Asks whether a call may run, where the user wants to be asked.</summary>
    Task<bool> PermitAsync(PendingCall pending);

    /// <summary>Writes what the calls so far had to say to the user. It is called when their outcomes are recorded.</summary>
    Task TellAsync();

    /// <summary>Runs calls one after another.</summary>
    /// <param name="calls">The calls, in the order in which they run.</param>
    /// <param name="ended">Is called after each call, with its index and how it has ended.</param>
    /// <param name="cancellationToken">Ends the call that runs, as one of which nobody knows what it has done; those after it do not
    /// begin.</param>
    Task RunAsync(IReadOnlyList<PendingCall> calls, Action<int, ToolOutcome> ended, CancellationToken cancellationToken);
}
