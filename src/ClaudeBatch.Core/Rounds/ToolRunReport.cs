using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Rounds;

/// <summary>What a run of a job's tools has left, and why.</summary>
public sealed class ToolRunReport
{
    /// <summary>How many calls have an outcome since this run.</summary>
    public int Ended { get; internal set; }

    /// <summary>The tools that the line does not name, with the number of requests that wait for them.</summary>
    public IDictionary<string, int> Missing { get; } = new SortedDictionary<string, int>(StringComparer.Ordinal);

    /// <summary>How many requests wait because the user has not confirmed a call.</summary>
    public int NotConfirmed { get; internal set; }

    /// <summary>Whether another process runs the tools, or they could not be run.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>How many requests wait for a call of which only a person can say what became of it.</summary>
    public int Unknown { get; internal set; }
}
