using System.Globalization;

namespace ClaudeBatch.Core.Input;

/// <summary>What has become of the rows of an input, counted.</summary>
internal sealed class InputTally
{
    private const int ConflictsNamed = 5;

    private readonly List<string> _conflicts = [];

    private long _conflictCount;

    public long Accepted { get; private set; }

    public long AlreadyThere { get; private set; }

    public long Refused { get; private set; }

    public InputVerdict Accept()
    {
        Accepted++;
        return InputVerdict.Accepted;
    }

    public InputVerdict FindThere()
    {
        AlreadyThere++;
        return InputVerdict.AlreadyThere;
    }

    public InputVerdict Refuse()
    {
        Refused++;
        return InputVerdict.Refused;
    }

    /// <summary>Counts a custom id that the job has with another request.</summary>
    public InputVerdict Conflict(string customId)
    {
        if (_conflictCount++ < ConflictsNamed)
        {
            _conflicts.Add(customId);
        }

        return InputVerdict.Conflict;
    }

    /// <summary>Makes the error for an input with conflicts; null where it has none.</summary>
    public ClaudeBatchException? ConflictOf(string job) => _conflictCount == 0 ? null : new ClaudeBatchException(
        FailureKind.Conflict,
        "CustomIdConflict",
        $"Job '{job}' already has {_conflictCount.ToString(CultureInfo.InvariantCulture)} of these custom ids with another request "
            + $"({string.Join(", ", _conflicts)}{(_conflictCount > ConflictsNamed ? ", …" : string.Empty)}); nothing was sent. "
            + "Use another job name, or -Force to send all of them again.")
    { Target = _conflicts[0] };
}
