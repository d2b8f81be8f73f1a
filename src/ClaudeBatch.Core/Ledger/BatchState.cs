namespace ClaudeBatch.Core.Ledger;

/// <summary>Where a batch stands, as the ledger knows it. Strings, so that scripts compare them as they read them.</summary>
public static class BatchState
{
    /// <summary>Part of an input whose end was not seen yet; never shown, never sent.</summary>
    internal const string Draft = nameof(Draft);

    public const string Spooled = nameof(Spooled);

    /// <summary>On its way without its last byte: not accepted, whatever happened.</summary>
    public const string Uploading = nameof(Uploading);

    /// <summary>The last byte may have left and no reply says what became of it.</summary>
    public const string Unconfirmed = nameof(Unconfirmed);

    public const string InProgress = nameof(InProgress);

    public const string Canceling = nameof(Canceling);

    public const string Ended = nameof(Ended);

    /// <summary>The results are verified and on disk; their outcomes are not in the books yet.</summary>
    public const string Downloaded = nameof(Downloaded);

    public const string Collected = nameof(Collected);

    public const string Rejected = nameof(Rejected);

    public const string Lost = nameof(Lost);

    public const string Abandoned = nameof(Abandoned);

    public const string Deleted = nameof(Deleted);

    public static IReadOnlyList<string> All { get; } =
        [Spooled, Uploading, Unconfirmed, InProgress, Canceling, Ended, Downloaded, Collected, Rejected, Lost, Abandoned, Deleted];

    /// <summary>The service is done with it, or never had it.</summary>
    public static bool IsOver(string state) => state is Ended or Downloaded || IsFinal(state);

    /// <summary>Nothing is left to be done.</summary>
    public static bool IsFinal(string state) => state is Collected or Rejected or Lost or Abandoned or Deleted;

    /// <summary>Not with the service yet, as far as is known; a step will send it.</summary>
    public static bool IsUnsent(string state) => state is Spooled or Uploading;

    /// <summary>The service holds it and works on it.</summary>
    public static bool IsRunning(string state) => state is InProgress or Canceling;

    /// <summary>The service's word for a batch becomes the ledger's.</summary>
    internal static string FromService(string processingStatus) => processingStatus switch
    {
        "ended" => Ended,
        "canceling" => Canceling,
        _ => InProgress,
    };
}
