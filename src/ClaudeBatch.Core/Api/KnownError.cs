using System.Globalization;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// The meaning of one of the service's error codes, where the HTTP status does not tell it: the kind of failure, and what to do.
/// </summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Id">The stable id of this module's error.</param>
/// <param name="ToDo">A sentence that follows the service's message; null where the message or the kind of failure says enough.</param>
internal sealed record KnownError(FailureKind Kind, string Id, string? ToDo = null)
{
    /// <summary>
    /// The id of the error for a workspace without human review. The error lasts until the workspace's settings are changed, so the call is
    /// not repeated.
    /// </summary>
    public const string HumanReviewDisabled = nameof(HumanReviewDisabled);

    private const int MostPathsNamed = 5;

    private const string ImageCode = "image_dimensions_too_large";

    // Errors of an account that is blocked. The service sends no retry-after with them, and the calls must not be repeated.
    private static readonly KnownError s_account = new(FailureKind.Billing, "SpendLimitReached");

    private static readonly Dictionary<string, KnownError> s_byCode = new(StringComparer.Ordinal)
    {
        ["enforced_spend_limit_reached"] = s_account,
        ["contract_spend_limit_reached"] = s_account,
        ["organization_on_hold"] = s_account,
        ["workspace_human_review_disabled"] = new(
            FailureKind.Permission,
            "HumanReviewDisabled",
            "Human review is off in this workspace, and such a workspace can create no batches: use a key of another workspace, "
                + "or have human review switched on in the Console."),
        [ImageCode] = new(FailureKind.InvalidRequest, "ImageTooLarge"),
    };

    /// <summary>Gives the meaning of a code; null where only the HTTP status tells what failed.</summary>
    public static KnownError? Of(string? code) => code is null ? null
        : s_byCode.TryGetValue(code, out KnownError? known) ? known
        : code.StartsWith("cmek_", StringComparison.Ordinal) ? s_account
        : null;

    /// <summary>Gives the sentence that says what to do about an error, with the error's details in it; null where there is none.</summary>
    public static string? ToDoAbout(ErrorDetails? details)
        => details?.ErrorCode == ImageCode ? Pictures(details) : Of(details?.ErrorCode)?.ToDo;

    private static string Pictures(ErrorDetails details)
    {
        string where = details.Paths is { Count: > 0 } paths
            ? $" at {string.Join(", ", paths.Take(MostPathsNamed))}{(paths.Count > MostPathsNamed ? ", …" : string.Empty)}"
            : string.Empty;
        string limit = details.MaxSideLengthPixels is { } most
            ? string.Create(CultureInfo.InvariantCulture, $"at most {most:N0} pixels on a side")
            : "fewer pixels on a side";
        return details.Paths is { Count: > 1 }
            ? $"Make the pictures{where} smaller: {limit}."
            : $"Make the picture{where} smaller: {limit}.";
    }
}
