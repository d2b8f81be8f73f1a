namespace ClaudeBatch.Core.Ledger;

/// <summary>Where a job stands; derived from its batches, never stored.</summary>
public static class JobState
{
    public const string Open = nameof(Open);
    public const string InputCut = nameof(InputCut);
    public const string Running = nameof(Running);
    public const string Paused = nameof(Paused);
    public const string Ambiguous = nameof(Ambiguous);
    public const string Stopped = nameof(Stopped);
    public const string Finished = nameof(Finished);
}
