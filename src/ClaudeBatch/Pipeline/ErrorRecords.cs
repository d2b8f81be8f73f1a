using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>Makes PowerShell's error records from the engine's exceptions. Error records are made nowhere else.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord ToErrorRecord(this ClaudeBatchException failure, object? target = null)
        => new(failure, failure.Id, CategoryOf(failure.Kind), target ?? failure.Target)
        {
            ErrorDetails = new ErrorDetails(failure.Message) { RecommendedAction = failure.RecommendedAction ?? string.Empty },
        };

    internal static ErrorCategory CategoryOf(FailureKind kind) => kind switch
    {
        FailureKind.InvalidRequest or FailureKind.InvalidArgument => ErrorCategory.InvalidArgument,
        FailureKind.Authentication => ErrorCategory.AuthenticationError,
        FailureKind.Permission or FailureKind.Billing => ErrorCategory.PermissionDenied,
        FailureKind.NotFound => ErrorCategory.ObjectNotFound,
        FailureKind.Conflict => ErrorCategory.InvalidOperation,
        FailureKind.TooLarge => ErrorCategory.LimitsExceeded,
        FailureKind.RateLimited => ErrorCategory.QuotaExceeded,
        FailureKind.Overloaded or FailureKind.Busy => ErrorCategory.ResourceBusy,
        FailureKind.Service => ErrorCategory.ResourceUnavailable,
        FailureKind.Network => ErrorCategory.ConnectionError,
        FailureKind.Timeout => ErrorCategory.OperationTimeout,
        FailureKind.InvalidData => ErrorCategory.InvalidData,
        FailureKind.Storage => ErrorCategory.WriteError,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A failure kind has no error category."),
    };
}
