namespace ClaudeBatch.Core.Ledger;

/// <summary>What can be done about a request that did not succeed.</summary>
public enum FailureClass
{
    None,

    /// <summary>The same request may work the next time.</summary>
    Transient,

    /// <summary>The request must be changed first.</summary>
    Permanent,

    /// <summary>The request can stay as it is, and a person must change something about the account first.</summary>
    OperatorFixable,
}
