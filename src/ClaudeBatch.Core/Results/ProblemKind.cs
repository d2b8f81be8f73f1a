namespace ClaudeBatch.Core.Results;

/// <summary>What keeps a job's books from balancing. The words are stable: scripts read them.</summary>
public enum ProblemKind
{
    /// <summary>The end of the input was never seen.</summary>
    NotSealed,

    /// <summary>The buckets do not hold as many requests as the input had.</summary>
    SumDiffers,

    Pending,

    NotSubmitted,

    Missing,

    Unknown,

    /// <summary>A batch was adopted and is not confirmed yet.</summary>
    Tentative,

    /// <summary>The books do not have as many requests of a batch as it was sent with.</summary>
    PartDiffers,

    /// <summary>The service counted other outcomes than the books have.</summary>
    CountsDiffer,

    /// <summary>Lines repeat an id.</summary>
    Duplicated,

    /// <summary>Lines have an id that was never in the batch.</summary>
    Foreign,

    /// <summary>Lines cannot be read.</summary>
    Unreadable,
}
