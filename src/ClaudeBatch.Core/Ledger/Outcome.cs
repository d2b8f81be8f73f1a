namespace ClaudeBatch.Core.Ledger;

/// <summary>How a request ended. Each ends in exactly one of these.</summary>
public static class Outcome
{
    public const string Succeeded = nameof(Succeeded);
    public const string Errored = nameof(Errored);
    public const string Canceled = nameof(Canceled);
    public const string Expired = nameof(Expired);

    /// <summary>The service used a word this version does not know, or the batch was lost with its answers.</summary>
    public const string Unknown = nameof(Unknown);

    /// <summary>The service answered for the batch and left this request out.</summary>
    public const string Missing = nameof(Missing);

    public static IReadOnlyList<string> All { get; } = [Succeeded, Errored, Canceled, Expired, Unknown, Missing];
}
