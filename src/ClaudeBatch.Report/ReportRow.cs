namespace ClaudeBatch.Report;

/// <summary>A row of the report's table. What can be long is given as the JSON that the ledger has of it.</summary>
public readonly ref struct ReportRow()
{
    /// <summary>The place of its job among those of the report.</summary>
    public int Job { get; init; }

    /// <summary>How the request ended; <c>Incomplete</c>, <c>NotAccepted</c> or <c>WaitingForTools</c> where its answer cannot be used as it is.</summary>
    public required string Outcome { get; init; }

    public required string CustomId { get; init; }

    public int Attempt { get; init; }

    public string? Model { get; init; }

    /// <summary>In USD; null where a price is not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Why it is not complete; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>The label that was expected; null where there is none.</summary>
    public string? Expected { get; init; }

    /// <summary>The label of the answer; null where there is none.</summary>
    public string? Actual { get; init; }

    /// <summary>The text of the answer as a string of JSON; empty or <c>null</c> where there is none.</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>The text of the answer where it is not given as JSON.</summary>
    public string? Words { get; init; }

    /// <summary>How many requests were sent for the row, one for each time that tools were answered.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>The calls of tools, in their order; null or empty where there are none.</summary>
    public IReadOnlyList<ReportCall>? Calls { get; init; }

    /// <summary>The variant that it is of its row; null where it is none.</summary>
    public string? Variant { get; init; }

    /// <summary>The row that the request was made from, as an object of JSON; empty where there is none or it is not to be shown.</summary>
    public ReadOnlySpan<byte> Source { get; init; }
}

/// <summary>A call of a tool.</summary>
/// <param name="Round">The round whose answer makes the call, from 1.</param>
/// <param name="Name">The name of the tool.</param>
/// <param name="Input">What the call passes to it, as JSON.</param>
/// <param name="Output">What the tool gave; null where nobody has answered the call.</param>
/// <param name="IsError">Whether the call has failed.</param>
public sealed record ReportCall(int Round, string Name, string Input, string? Output, bool IsError);
