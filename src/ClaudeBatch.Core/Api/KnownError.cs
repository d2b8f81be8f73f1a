using System.Globalization;

namespace ClaudeBatch.Core.Api;

/// <summary>The meaning of an error of the service: the kind of failure, and what to do.</summary>
/// <remarks>
/// All codes and words of the service that decide something stand in this file. Words are looked at only where the service sends no code.
/// </remarks>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Id">The stable id of this module's error.</param>
/// <param name="ToDo">A sentence that follows the service's message; null where the message or the kind of failure says enough.</param>
internal sealed record KnownError(FailureKind Kind, string Id, string? ToDo = null)
{
    private const int MostPathsNamed = 5;

    private const string ImageCode = "image_dimensions_too_large";

    // A limit that the account's user has set is refused with a message that begins so.
    private const string OwnLimit = "You have reached your specified";

    private const string UsageLimits = "API usage limits";

    private const string NoCredit = "credit balance is too low";

    private const string Queue = "queue";

    // Errors of an account that is blocked. The service sends no retry-after with them, and the calls must not be repeated.
    private static readonly KnownError s_account = Pausing(FailureKind.Billing, PauseCause.SpendLimitReached);

    private static readonly Dictionary<string, KnownError> s_byCode = new(StringComparer.Ordinal)
    {
        ["enforced_spend_limit_reached"] = s_account,
        ["contract_spend_limit_reached"] = s_account,
        ["organization_on_hold"] = s_account,
        ["workspace_human_review_disabled"] = Pausing(
            FailureKind.Permission,
            PauseCause.HumanReviewDisabled,
            "Human review is off in this workspace, and such a workspace can create no batches: use a key of another workspace, "
                + "or have human review switched on in the Console."),
        [ImageCode] = new(FailureKind.InvalidRequest, "ImageTooLarge"),
    };

    /// <summary>What a job that meets with the error waits for; null where the error does not pause a job.</summary>
    public PauseCause? Pauses { get; private init; }

    /// <summary>Gives the meaning of an error reply by its code where that is known, else by its words, else by its status.</summary>
    public static KnownError Of(int status, string? code, string words)
        => Of(code) ?? (IsOwnLimit(words) ? s_account : null) ?? (IsNoCredit(status, words) ? Of(402) : Of(status));

    /// <summary>Tells whether a request has failed because the account has no money, whatever the error's type is.</summary>
    public static bool IsAboutMoney(string? words) => words?.Contains(NoCredit, StringComparison.OrdinalIgnoreCase) == true
        || words?.Contains(UsageLimits, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Tells whether a create was refused because the account's queue of batches is full.</summary>
    public static bool IsAboutQueue(string? words) => words?.Contains(Queue, StringComparison.OrdinalIgnoreCase) == true;

    private static KnownError? Of(string? code) => code is null ? null
        : s_byCode.TryGetValue(code, out KnownError? known) ? known
        : code.StartsWith("cmek_", StringComparison.Ordinal) ? s_account
        : null;

    /// <summary>Gives the sentence that says what to do about an error, with the error's details in it; null where there is none.</summary>
    public static string? ToDoAbout(ErrorDetails? details)
        => details?.ErrorCode == ImageCode ? Pictures(details) : Of(details?.ErrorCode)?.ToDo;

    private static KnownError Of(int status) => status switch
    {
        401 => Pausing(FailureKind.Authentication, PauseCause.ApiKeyRejected),
        402 => Pausing(FailureKind.Billing, PauseCause.BillingRefused),
        403 => Pausing(FailureKind.Permission, PauseCause.PermissionDenied),
        404 => new(FailureKind.NotFound, "BatchNotFound"),
        409 => new(FailureKind.Conflict, "RequestConflicted"),
        413 => new(FailureKind.TooLarge, "BatchTooLarge"),
        429 => new(FailureKind.RateLimited, "RateLimited"),
        529 => new(FailureKind.Overloaded, "ServiceOverloaded"),
        408 or 504 => new(FailureKind.Timeout, "RequestTimedOut"),
        >= 500 => new(FailureKind.Service, "ServiceFailed"),
        >= 300 and < 400 => new(FailureKind.Service, "RedirectRefused"),
        _ => new(FailureKind.InvalidRequest, "RequestInvalid"),
    };

    private static KnownError Pausing(FailureKind kind, PauseCause cause, string? toDo = null)
        => new(kind, cause.ToString(), toDo) { Pauses = cause };

    // The service sends these words with status 400 and no code.
    private static bool IsOwnLimit(string words)
        => words.StartsWith(OwnLimit, StringComparison.Ordinal) && words.Contains(UsageLimits, StringComparison.Ordinal);

    // The service sends these words with status 400 and the type of a faulty request; topping up the account mends it, as with status 402.
    private static bool IsNoCredit(int status, string words)
        => status == 400 && words.Contains(NoCredit, StringComparison.OrdinalIgnoreCase);

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
