using System.Globalization;

namespace ClaudeBatch.Core.Api;

/// <summary>What one of the service's error codes means beyond its status: the sort of failure, and what to do about it.</summary>
/// <param name="Kind">The sort of failure.</param>
/// <param name="Id">The stable id of ours.</param>
/// <param name="ToDo">A sentence to follow the service's words; null where they, or the kind of failure, say enough.</param>
internal sealed record KnownError(FailureKind Kind, string Id, string? ToDo = null)
{
    /// <summary>Of a refusal that lasts as long as the workspace is what it is: it is not tried again by itself.</summary>
    public const string HumanReviewDisabled = nameof(HumanReviewDisabled);

    private const int Named = 5;

    private const string ImageCode = "image_dimensions_too_large";

    // An account that may not go on: no retry-after comes with these, and they must not be retried.
    private static readonly KnownError s_account = new(FailureKind.Billing, "SpendLimitReached");

    private static readonly Dictionary<string, KnownError> s_byCode = new(StringComparer.Ordinal)
    {
        ["enforced_spend_limit_reached"] = s_account,
        ["contract_spend_limit_reached"] = s_account,
        ["organization_on_hold"] = s_account,
        ["workspace_human_review_disabled"] = new(
            FailureKind.Permission,
            "HumanReviewDisabled",
            "Human review is off in this workspace, and such a workspace can create no batches: use a key of another workspace, or have human review switched on in the Console."),
        [ImageCode] = new(FailureKind.InvalidRequest, "ImageTooLarge"),
    };

    /// <summary>The meaning of a code; null where the status has to do.</summary>
    public static KnownError? Of(string? code) => code is null ? null
        : s_byCode.TryGetValue(code, out KnownError? known) ? known
        : code.StartsWith("cmek_", StringComparison.Ordinal) ? s_account
        : null;

    /// <summary>The sentence that says what to do, with the details of this error; null where there is nothing to add.</summary>
    public static string? ToDoAbout(ErrorDetails? details) => details?.ErrorCode == ImageCode ? Pictures(details) : Of(details?.ErrorCode)?.ToDo;

    private static string Pictures(ErrorDetails details)
    {
        string where = details.Paths is { Count: > 0 } paths
            ? $" at {string.Join(", ", paths.Take(Named))}{(paths.Count > Named ? ", …" : string.Empty)}"
            : string.Empty;
        string limit = details.MaxSideLengthPixels is { } most
            ? string.Create(CultureInfo.InvariantCulture, $"at most {most:N0} pixels on a side")
            : "fewer pixels on a side";
        return details.Paths is { Count: > 1 }
            ? $"Make the pictures{where} smaller: {limit}."
            : $"Make the picture{where} smaller: {limit}.";
    }
}
