using System.Globalization;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Input;

/// <content>The end of the input.</content>
public sealed partial class JobInput
{
    /// <summary>The end of the input was seen: checks it as a whole and makes it binding in one transaction.</summary>
    /// <param name="maxCost">In USD; the high end of the estimate must not be above it.</param>
    /// <exception cref="ClaudeBatchException"><c>CustomIdConflict</c>, <c>BudgetExceeded</c>; then nothing of this input is kept.</exception>
    public SealedInput Seal(decimal? maxCost = null)
    {
        if (maxCost is { } most && _estimate?.Above(most) is { } excess)
        {
            InputDraft.Discard(_ledger.Database, _job.Id);
            _ledger.Record(_job, "BudgetExceeded", excess, () => _ledger.Jobs.Pause(_job.Id, "BudgetExceeded", excess));
            throw new ClaudeBatchException(FailureKind.Conflict, "BudgetExceeded", excess + " Nothing was sent.") { Target = _job.Name };
        }

        if (_conflictCount > 0)
        {
            InputDraft.Discard(_ledger.Database, _job.Id);
            throw new ClaudeBatchException(
                FailureKind.Conflict,
                "CustomIdConflict",
                $"Job '{_job.Name}' already has {_conflictCount.ToString(CultureInfo.InvariantCulture)} of these custom ids with another request "
                + $"({string.Join(", ", _conflicts)}{(_conflictCount > ConflictsNamed ? ", …" : string.Empty)}); nothing was sent. "
                + "Use another job name, or -Force to send all of them again.")
            { Target = _conflicts[0] };
        }

        Milestone.Pass("input-read");
        _source.FlushToDisk();
        _schemas.FlushToDisk();
        _staging?.First.CompletePart();
        _parts.CompletePart();
        _draft.Flush();
        List<long> existing = _alreadyThere == 0 ? [] : ExistingBatches();
        string now = LedgerRow.Format(_ledger.Clock.GetUtcNow().UtcDateTime);
        _ledger.Database.Write(() =>
        {
            foreach ((long row, UInt128 digest) in _resent)
            {
                _ledger.Database.Execute(
                    "UPDATE request SET digest = $digest WHERE id = $id",
                    ("$digest", ContentDigest.ToBytes(digest)),
                    ("$id", RowKey.Of(_job.Id, row)));
            }

            _draft.Seal();
            Milestone.Pass("sealing");
            _ledger.Database.Execute(
                """
                UPDATE job SET sealed_at = $now, sealed_rows = $rows, updated_at = $now, stopped_at = NULL,
                    pause_reason = CASE WHEN sealed_at IS NULL THEN NULL ELSE pause_reason END,
                    pause_id = CASE WHEN sealed_at IS NULL THEN NULL ELSE pause_id END,
                    low_estimate_in_picodollars = CASE WHEN sealed_at IS NULL THEN 0 ELSE low_estimate_in_picodollars END + $low,
                    high_estimate_in_picodollars = CASE WHEN sealed_at IS NULL THEN 0 ELSE high_estimate_in_picodollars END + $high
                WHERE id = $job
                """,
                ("$now", now),
                ("$low", _estimate?.Low),
                ("$high", _estimate?.High),
                ("$rows", _nextRow),
                ("$job", _job.Id));
            _ledger.Events.Add(
                "Sealed",
                string.Create(CultureInfo.InvariantCulture, $"{_accepted} requests accepted, {_alreadyThere} there already, {_refused} refused, {_parts.Batches.Count} parts."),
                _job.Id);
        });
        Milestone.Pass("sealed");
        return new SealedInput(
            _ledger.Jobs.Get(_job.Id),
            [.. (_staging?.First.Batches ?? []).Concat(_parts.Batches).Select(_ledger.Batches.Get)],
            [.. existing.Select(_ledger.Batches.Get)],
            _accepted,
            _alreadyThere,
            _refused,
            [.. _findings.All]);
    }

    private List<long> ExistingBatches() => _ledger.Database.Read(
        $"""
        SELECT b.id FROM batch b WHERE b.job_id = $job AND b.state <> 'Draft'
        AND EXISTS (SELECT 1 FROM attempt a WHERE {RowKey.Within("a.id", "b.id")} AND {AttemptBooks.IsLast}) ORDER BY b.id
        """,
        static row => row.Number(0),
        ("$job", _job.Id));
}
