namespace ClaudeBatch.Core.Ledger;

/// <summary>Where a job stands; derived from its batches, never stored.</summary>
public enum JobState
{
    /// <summary>Its input is being read.</summary>
    Open,

    /// <summary>Its input broke off before its end.</summary>
    InputCut,

    Running,

    /// <summary>An operator must act first.</summary>
    Paused,

    /// <summary>Nobody but a person can say whether the service has one of its parts.</summary>
    Ambiguous,

    Stopped,

    Finished,
}
