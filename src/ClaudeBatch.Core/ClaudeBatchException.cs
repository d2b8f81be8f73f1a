namespace ClaudeBatch.Core;

/// <summary>Every failure that leaves the engine: a kind, a stable id, one sentence, and what to do.</summary>
public sealed class ClaudeBatchException : Exception
{
    /// <param name="kind">The sort of failure.</param>
    /// <param name="id">A stable PascalCase id that scripts may match, such as <c>BatchNotFound</c>.</param>
    /// <param name="message">What failed and which thing, in one sentence, then what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ClaudeBatchException(FailureKind kind, string id, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Id = id;
    }

    /// <param name="kind">The sort of failure.</param>
    /// <param name="cause">What our own decisions know it by; its name is the id.</param>
    /// <param name="message">What failed and which thing, in one sentence, then what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ClaudeBatchException(FailureKind kind, FailureCause cause, string message, Exception? innerException = null)
        : this(kind, cause.ToString(), message, innerException) => Cause = cause;

    public FailureKind Kind { get; }

    public FailureCause Cause { get; internal init; }

    /// <summary>What a job waits for that met with it; null where the job goes on.</summary>
    public PauseCause? Pauses { get; init; }

    public string Id { get; }

    /// <summary>What the user can do about it, when the message does not say so already.</summary>
    public string? RecommendedAction { get; init; }

    /// <summary>The thing of the user's that failed: an id, a name, a path, a row.</summary>
    public object? Target { get; init; }

    /// <summary>Whether a file that requests name cannot be uploaded; requests without it may go on.</summary>
    public bool IsOfFile { get; internal init; }

    /// <summary>The service's <c>request-id</c>, when it answered.</summary>
    public string? RequestId { get; init; }

    /// <summary>The HTTP status, when the service answered.</summary>
    public int? Status { get; init; }

    /// <summary>The service's <c>error.type</c>, when it answered with its own error body.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Whether the service itself replied: the body was its error object. Anything on the way may reply with a status.</summary>
    public bool IsFromService => ErrorType is not null;

    /// <summary>Whether the service itself has refused the credential, whatever the call was: it had no effect then.</summary>
    internal bool IsRefusedCredential => Status == 401 && IsFromService;

    /// <summary>The service's own words, and what to do where a code of its says more than they do.</summary>
    public string? ServiceMessage { get; init; }

    /// <summary>The service's <c>error.details.error_code</c>, which tells a spend limit from a rate limit.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>How long the service asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same call may be made again as it is. Says nothing about creates, which never are.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Makes the error for a spool that is gone or was changed after the part was sealed.</summary>
    internal static ClaudeBatchException SpoolChanged(string path) => new(
        FailureKind.InvalidData,
        FailureCause.SpoolChanged,
        $"'{path}' is gone or is not what was sealed: nothing of this part was accepted. Give the part up, if it still waits, with "
            + "Repair-ClaudeBatch -Abandon, and run the submitting line again; it sends the same rows in a new part.")
    { Target = path };

    /// <summary>Makes the error for a file that is no longer what a request was made with.</summary>
    internal static ClaudeBatchException FileChanged(string path) => new(
        FailureKind.InvalidData,
        "FileChanged",
        $"'{path}' was changed since the request was made with it. Put the file back, or make the request anew with "
            + "New-ClaudeBatchRequest.")
    { Target = path, IsOfFile = true };

    /// <summary>Makes the error for a row on disk that is not what was given.</summary>
    /// <param name="path">The path of the file with the rows.</param>
    /// <param name="customId">The custom id of the row's request.</param>
    /// <param name="besides">A sentence that stands after the message.</param>
    internal static ClaudeBatchException SourceChanged(string path, string customId, string? besides = null) => new(
        FailureKind.InvalidData,
        "SourceChanged",
        $"'{path}' was changed since it was written, and the row of '{customId}' is not what was given. Put the file back from a backup, or "
            + $"submit the rows anew as another job. {besides}".TrimEnd())
    { Target = path };

    /// <summary>The next input must fail in the same way: the key is wrong, say.</summary>
    public bool IsFatal => Kind is FailureKind.Authentication or FailureKind.Permission or FailureKind.Billing or FailureKind.Storage;
}
