namespace ClaudeBatch.Core;

/// <summary>What sort of thing went wrong; the one place where the shell's error categories come from.</summary>
public enum FailureKind
{
    InvalidRequest,
    InvalidArgument,
    Authentication,
    Permission,
    Billing,
    NotFound,
    Conflict,
    TooLarge,
    RateLimited,
    Overloaded,
    Service,
    Network,
    Timeout,
    InvalidData,
    Storage,
    Busy,
}
