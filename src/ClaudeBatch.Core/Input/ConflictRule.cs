namespace ClaudeBatch.Core.Input;

/// <summary>What becomes of a row whose custom id the job has with another request.</summary>
public enum ConflictRule
{
    /// <summary>Nothing of the input is sent.</summary>
    Refuse,

    /// <summary>What was sent stands, and its answer with it.</summary>
    Keep,

    /// <summary>The row is sent as it is now, as a further attempt.</summary>
    Replace,
}
