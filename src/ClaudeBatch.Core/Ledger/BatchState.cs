namespace ClaudeBatch.Core.Ledger;

/// <summary>The state of a batch, as far as the ledger knows. The names are stable: they are in ledgers, and scripts read them.</summary>
public enum BatchState
{
    /// <summary>It belongs to an input whose end was not read yet. Such a batch is neither shown nor sent.</summary>
    Draft,

    /// <summary>Its requests are in a file, and it was not sent yet.</summary>
    Spooled,

    /// <summary>Its create call has begun, and the last byte was not sent: the service cannot have accepted it.</summary>
    Uploading,

    /// <summary>The last byte may have been sent, and there is no reply that says whether the service has accepted it.</summary>
    Unconfirmed,

    InProgress,

    Canceling,

    Ended,

    /// <summary>The results are checked and on the disk, and their outcomes are not in the ledger yet.</summary>
    Downloaded,

    /// <summary>The results are on the disk and their outcomes in the ledger.</summary>
    Collected,

    /// <summary>Its create call was refused, by the service, or by a gateway as too large.</summary>
    Rejected,

    /// <summary>The service has accepted it, and knows it no more.</summary>
    Lost,

    /// <summary>It is not to be sent: a person has decided so, or its requests are gone or are not what was sealed.</summary>
    Abandoned,

    Deleted,
}
