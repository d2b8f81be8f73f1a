namespace ClaudeBatch.Core.Ledger;

/// <summary>What can be done about a request that did not succeed.</summary>
public static class FailureClass
{
    public const string None = nameof(None);

    /// <summary>The same request may work the next time.</summary>
    public const string Transient = nameof(Transient);

    /// <summary>The request must be changed first.</summary>
    public const string Permanent = nameof(Permanent);

    /// <summary>The account must be seen to first; the request is fine.</summary>
    public const string OperatorFixable = nameof(OperatorFixable);

    /// <summary>From <c>result.error.error.type</c> and its message. A type not known yet waits for a person.</summary>
    public static string Of(string outcome, string? errorType, string? message) => outcome switch
    {
        Outcome.Expired => Transient,
        Outcome.Errored when IsAboutMoney(message) => OperatorFixable,
        Outcome.Errored => errorType switch
        {
            "api_error" or "overloaded_error" or "timeout_error" or "rate_limit_error" => Transient,
            "authentication_error" or "permission_error" or "billing_error" => OperatorFixable,
            _ => Permanent,
        },
        _ => None,
    };

    private static bool IsAboutMoney(string? message)
        => message is not null
            && (message.Contains("credit balance is too low", StringComparison.OrdinalIgnoreCase)
                || message.Contains("API usage limits", StringComparison.OrdinalIgnoreCase));
}
