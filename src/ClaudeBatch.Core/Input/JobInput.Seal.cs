using System.Globalization;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <content>The end of the input.</content>
public sealed partial class JobInput
{
    /// <summary>Ends the input: checks it as a whole, and makes it binding in one transaction.</summary>
    /// <param name="maxCost">The highest cost in USD, which the high end of the estimate may not exceed; null for no limit.</param>
    /// <exception cref="ClaudeBatchException"><c>CustomIdConflict</c>, <c>BudgetExceeded</c>; in both cases, nothing of this input stays in
    /// the ledger.</exception>
    public SealedInput Seal(decimal? maxCost = null)
    {
        _draft.Wait();
        if (maxCost is { } most && _options.Estimate?.Above(most) is { } excess)
        {
            _ledger.DiscardDraft(_job.Id);
            _ledger.Record(_job, EventKind.BudgetExceeded, excess, () => _ledger.Jobs.Pause(_job, PauseCause.BudgetExceeded, excess));
            throw new ClaudeBatchException(FailureKind.Conflict, nameof(PauseCause.BudgetExceeded), excess + " Nothing was sent.")
            {
                Target = _job.Name,
            };
        }

        if (_tally.ConflictOf(_job) is { } conflict)
        {
            _ledger.ThrowIfDamaged(); // a damaged ledger has other requests than it was given
            _ledger.DiscardDraft(_job.Id);
            throw conflict;
        }

        Milestone.Pass("input-read");
        _rows.FlushToDisk();
        _schemas.FlushToDisk();
        _options.Staging?.First.CompletePart();
        _parts.CompletePart();
        _draft.Complete();
        IReadOnlyList<BatchRecord> existing = _tally.AlreadyThere == 0 ? [] : _ledger.Batches.WithLastAttempts(_job.Id);
        _ledger.Write(() =>
        {
            foreach ((long batch, RequestRecord request) in _changed)
            {
                _ledger.Attempts.SetContent(_job.Id, batch, request);
            }

            foreach ((long row, long part) in _goneBack)
            {
                _ledger.Attempts.GoBack(_job.Id, row, part);
            }

            _draft.Seal();
            Milestone.Pass("sealing");
            _ledger.Jobs.Seal(_job, _nextRow, _refusedRows, _options.Estimate?.Low, _options.Estimate?.High);
            if (_bindsThinking)
            {
                _ledger.Jobs.AddBeta(_job, RequestChecker.ThinkingBindingBeta);
            }

            if (_options.Limits != new SpoolLimits())
            {
                _ledger.Jobs.SetPartLimits(_job, _options.Limits.MaxRequests, _options.Limits.MaxBytes);
            }

            _ledger.Events.Add(
                EventKind.Sealed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Sentence.Count(_tally.Accepted, "request")} accepted, {_tally.AlreadyThere} there already, "
                        + $"{_tally.Refused} refused, {Sentence.Count(_parts.Batches.Count, "part")}."),
                _job.Id);
        });
        Milestone.Pass("sealed");
        return new SealedInput(
            _ledger.Jobs.Get(_job.Id),
            [.. (_options.Staging?.First.Batches ?? []).Concat(_parts.Batches).Select(_ledger.Batches.Get)],
            existing,
            _tally.Accepted,
            _tally.AlreadyThere,
            _tally.Refused,
            [.. _findings.All])
        {
            Kept = _tally.Kept,
            Replaced = _tally.Replaced,
            Rows = new InputRows(_known, _job.SealedRows),
        };
    }
}
