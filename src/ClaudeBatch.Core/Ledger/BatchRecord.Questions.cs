namespace ClaudeBatch.Core.Ledger;

/// <content>Questions about what has become of it.</content>
public sealed partial record BatchRecord
{
    /// <summary>It may be somebody else's until the ids of its answers have been seen.</summary>
    public bool IsTentative => Adopted == Adoption.Tentative;

    /// <summary>Whether the account's lists are searched for it, and it is not a person who is waited for.</summary>
    public bool IsSettling => State == BatchState.Unconfirmed && !IsAmbiguous && Settlement?.IsAbsent != true;

    /// <summary>Whether it runs, by the service's reply to our create, and nobody has canceled it: in a job that was stopped, nothing may.</summary>
    public bool OutlivesStop => State == BatchState.InProgress && Adopted == Adoption.No && CancelInitiatedAt is null;

    /// <summary>
    /// Whether only a person can say what becomes of it: whether the service has it, or where the answers of another tool's batch belong.
    /// </summary>
    public bool IsAmbiguous => State is BatchState.Unconfirmed or BatchState.Ended && Settlement?.Ambiguity is not null;

    /// <summary>Whether its requests may have other attempts that cost something: earlier ones, or later ones that failed.</summary>
    internal bool MayHaveEarlier => Attempt > 1 || Round > 1 || HasKeptAnswers;

    /// <summary>Whether the conversations of its requests may have another round.</summary>
    public bool HasRoundsLeft(JobRecord job) => job.MaxRounds is { } most && Round < most;

    /// <summary>
    /// Whether it is not sent again before a person says so: something on the way has refused it, or replies were lost several times.
    /// </summary>
    internal bool WaitsForPerson => this is { State: BatchState.Unconfirmed, Settlement.IsAbsent: true }
        or { State: BatchState.Spooled, Refusal.IsService: false };
}
