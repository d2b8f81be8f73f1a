namespace ClaudeBatch.Report;

/// <summary>A row of the report's table. What can be long is given as the JSON that the ledger has of it.</summary>
public readonly ref struct ReportRow
{
    /// <summary>The place of its job among those of the report.</summary>
    public int Job { get; init; }

    /// <summary>How the request ended; <c>Incomplete</c> where it has an answer that cannot be used as it is.</summary>
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

    /// <summary>The row that the request was made from, as an object of JSON; empty where there is none or it is not to be shown.</summary>
    public ReadOnlySpan<byte> Source { get; init; }
}
