namespace ClaudeBatch.Core.Results;

/// <summary>The kinds of problems of a job's records. The names are stable, because scripts read them.</summary>
public enum ProblemKind
{
    /// <summary>The end of the input was never read, so nothing was sent.</summary>
    NotSealed,

    /// <summary>The counts by status do not add up to the number of requests of the input.</summary>
    SumDiffers,

    Pending,

    NotSubmitted,

    Missing,

    /// <summary>Requests have an answer that calls tools, or has not come to its end, and rounds left.</summary>
    WaitingForTools,

    Unknown,

    /// <summary>A batch was adopted, and its answers have not confirmed yet that it is this one.</summary>
    Tentative,

    /// <summary>The ledger does not have as many requests of a batch as the batch was sent with.</summary>
    PartDiffers,

    /// <summary>The ledger's counts of a batch's outcomes differ from the service's.</summary>
    CountsDiffer,

    /// <summary>Result lines repeat a custom id.</summary>
    Duplicated,

    /// <summary>Result lines have a custom id that was not in the batch.</summary>
    Foreign,

    /// <summary>Result lines cannot be read.</summary>
    Unreadable,

    /// <summary>A file of requests or answers is not what was written.</summary>
    FileChanged,
}
