using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Ledger;

/// <summary>Tells what can be done about a failure.</summary>
public static class FailureClasses
{
    /// <summary>From <c>result.error.error.type</c> and its message. A type not known yet waits for a person.</summary>
    public static FailureClass Of(Outcome outcome, string? errorType, string? message) => outcome switch
    {
        Outcome.Expired => FailureClass.Transient,
        Outcome.Errored when KnownError.IsAboutMoney(message) => FailureClass.OperatorFixable,
        Outcome.Errored => errorType switch
        {
            "api_error" or "overloaded_error" or "timeout_error" or "rate_limit_error" => FailureClass.Transient,
            "authentication_error" or "permission_error" or "billing_error" => FailureClass.OperatorFixable,
            _ => FailureClass.Permanent,
        },
        _ => FailureClass.None,
    };
}
