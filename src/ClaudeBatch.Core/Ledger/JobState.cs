namespace ClaudeBatch.Core.Ledger;

/// <summary>The state of a job. It is not in the ledger, but derived from the job and its batches. Scripts read the names.</summary>
public enum JobState
{
    /// <summary>Its input is being read.</summary>
    Open,

    /// <summary>Its input was not read to its end, and no process is reading it.</summary>
    InputCut,

    Running,

    /// <summary>A person must do something before it goes on.</summary>
    Paused,

    /// <summary>A person must decide which batch of the service one of its parts is, or that it is none.</summary>
    Ambiguous,

    Stopped,

    Finished,
}
