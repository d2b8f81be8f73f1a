namespace ClaudeBatch.Core.Api;

/// <summary>What became of a credential that the service has refused.</summary>
public enum Renewal
{
    /// <summary>It cannot be renewed; the refusal stands.</summary>
    None,

    /// <summary>It was renewed, and the call may be made once more.</summary>
    Done,

    /// <summary>It is renewed at the beginning of the next step, because a script has to run for it, which must not run within one.</summary>
    Later,
}
