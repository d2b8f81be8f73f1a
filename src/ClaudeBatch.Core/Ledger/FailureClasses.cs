using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Ledger;

/// <summary>Finds out what can be done about a failure.</summary>
public static class FailureClasses
{
    /// <summary>
    /// Classifies an outcome. An error type that this version does not know is <see cref="FailureClass.Permanent"/>, so that its request is
    /// not sent again before a person has seen it.
    /// </summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="errorType">The <c>result.error.error.type</c> of the result line; null where there is none.</param>
    /// <param name="message">The <c>result.error.error.message</c> of the result line; null where there is none.</param>
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
