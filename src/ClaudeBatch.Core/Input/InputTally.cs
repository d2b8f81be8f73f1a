using System.Globalization;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Input;

/// <summary>What has become of the rows of an input, counted.</summary>
internal sealed class InputTally
{
    private readonly Ids _conflicts = new();

    private readonly Ids _inFlight = new();

    public long Accepted { get; private set; }

    /// <summary>Of the accepted rows, those that the job has had with another request.</summary>
    public long Replaced { get; private set; }

    public long AlreadyThere { get; private set; }

    /// <summary>Of the rows that were there already, those that differ from what was sent.</summary>
    public long Kept { get; private set; }

    public long Refused { get; private set; }

    public InputVerdict Accept(bool isReplaced = false)
    {
        Accepted++;
        Replaced += isReplaced ? 1 : 0;
        return InputVerdict.Accepted;
    }

    public InputVerdict FindThere(bool isOther = false)
    {
        AlreadyThere++;
        Kept += isOther ? 1 : 0;
        return InputVerdict.AlreadyThere;
    }

    public InputVerdict Refuse()
    {
        Refused++;
        return InputVerdict.Refused;
    }

    /// <summary>Counts a custom id that the job has with another request.</summary>
    public InputVerdict Conflict(string customId) => _conflicts.Add(customId);

    /// <summary>Counts a row that is to be replaced while its request is with the service.</summary>
    public InputVerdict MeetInFlight(string customId) => _inFlight.Add(customId);

    /// <summary>Makes the error for an input with conflicts; null where it has none.</summary>
    public ClaudeBatchException? ConflictOf(JobRecord job)
    {
        if (_inFlight.Count > 0)
        {
            return new ClaudeBatchException(
                FailureKind.Conflict,
                "RequestInFlight",
                $"Job '{job.Name}' has no answers yet to {_inFlight} of the changed rows, and nothing was sent. Bring it to its end with "
                    + $"Invoke-ClaudeBatch -Job {job.Name}, and run the line again.")
            { Target = _inFlight.First };
        }

        string earlier = job.IdRule == IdRule.Canonical
            ? string.Empty
            : "The job is of an earlier version, which wrote times, lists and nested objects in another way: where nothing else has "
                + "changed, -OnConflict Keep goes on with what was sent. ";
        return _conflicts.Count == 0 ? null : new ClaudeBatchException(
            FailureKind.Conflict,
            "CustomIdConflict",
            $"Job '{job.Name}' already has {_conflicts} of these custom ids with another request; nothing was sent. {earlier}"
                + "Send only these again with -OnConflict Replace, leave them as they were sent with -OnConflict Keep, send all again with "
                + "-Force, or use another job name.")
        { Target = _conflicts.First };
    }

    // Custom ids, of which the first are named.
    private sealed class Ids
    {
        private const int Named = 5;

        private readonly List<string> _first = [];

        public long Count { get; private set; }

        public string First => _first[0];

        public InputVerdict Add(string customId)
        {
            Count++;
            if (_first.Count < Named)
            {
                _first.Add(customId);
            }

            return InputVerdict.Conflict;
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Count} ({string.Join(", ", _first)}{(Count > Named ? ", …" : string.Empty)})");
    }
}
