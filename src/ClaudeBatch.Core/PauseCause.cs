namespace ClaudeBatch.Core;

/// <summary>What pauses a job until an operator has acted. Where an error says so, its id is the same.</summary>
public enum PauseCause
{
    ApiKeyRejected,

    PermissionDenied,

    BillingRefused,

    /// <summary>An account that may not go on: a limit was reached, or the organization is on hold.</summary>
    SpendLimitReached,

    /// <summary>A refusal that lasts as long as the workspace is what it is: it is not tried again by itself.</summary>
    HumanReviewDisabled,

    /// <summary>Something between here and the service has replied to a create call, and the service does not have the batch.</summary>
    ForeignReply,

    /// <summary>The replies to several create calls for the same part were lost, and the service does not have the batch.</summary>
    RepliesLost,

    /// <summary>Answers have failed for a cause at the account.</summary>
    OperatorFixable,

    /// <summary>Too many of the first requests have failed.</summary>
    CanaryFailed,

    /// <summary>Answers call tools that nobody has named, or whose calls were not confirmed.</summary>
    ToolsNotNamed,

    /// <summary>The job would cost more than it may.</summary>
    BudgetExceeded,
}
