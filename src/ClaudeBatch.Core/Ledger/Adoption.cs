namespace ClaudeBatch.Core.Ledger;

/// <summary>
/// Whether a batch of the service was adopted: linked to a part without a reply that says that the part's create call has made it.
/// </summary>
public enum Adoption
{
    /// <summary>The batch was not adopted: its id is from the reply to the create call, or it has no id yet.</summary>
    No,

    /// <summary>The batch was adopted and may be somebody else's: the custom ids of its answers have not been checked yet.</summary>
    Tentative,

    /// <summary>The batch was adopted, and the custom ids of its answers are those of the part; or another tool has made it.</summary>
    Confirmed,
}
