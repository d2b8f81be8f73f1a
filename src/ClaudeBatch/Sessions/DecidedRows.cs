using System.Collections;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Sessions;

/// <summary>Gives each row of a job once, as soon as no further attempt at it can follow by itself.</summary>
/// <param name="ledger">The ledger. It is read only while <see cref="Next"/> or <see cref="Rest"/> is enumerated.</param>
/// <param name="maxAttempts">How often a request is tried by itself.</param>
/// <param name="isWanted">Whether a row, by its number in the job, is asked for.</param>
internal sealed class DecidedRows(JobLedger ledger, int maxAttempts, Func<long, bool> isWanted)
{
    // A bit a row: a job may have millions.
    private readonly BitArray _given = new(0);

    private readonly HashSet<long> _seen = [];

    /// <summary>The rows that were decided since the last call, by the batches that were collected since.</summary>
    public IEnumerable<CollectedResult> Next(JobRecord job)
    {
        BatchRecord[] news = [.. Over(job).Where(b => _seen.Add(b.Id))];
        return Read(news, r => IsDecided(job, r));
    }

    /// <summary>The rows that were not given before, whatever was to follow.</summary>
    public IEnumerable<CollectedResult> Rest(JobRecord job) => Read([.. Over(job)], static _ => true);

    private IEnumerable<BatchRecord> Over(JobRecord job) => ledger.Batches.OfJob(job.Id)
        .Where(static b => b.State is BatchState.Collected or BatchState.Lost or BatchState.Deleted);

    private IEnumerable<CollectedResult> Read(BatchRecord[] batches, Func<CollectedResult, bool> isDecided)
    {
        if (batches.Length == 0)
        {
            yield break;
        }

        using ResultReader reader = new(ledger);
        foreach (CollectedResult result in reader.InOrder(batches))
        {
            long row = result.Attempt.Row;
            if (isWanted(row) && !(row < _given.Length && _given[(int)row]) && isDecided(result))
            {
                _given.Length = row < _given.Length ? _given.Length : Math.Max(_given.Length * 2, (int)row + 1);
                _given[(int)row] = true;
                yield return result;
            }
        }
    }

    private bool IsDecided(JobRecord job, CollectedResult result)
        => !(result.Attempt.WantsRound && result.Batch.HasRoundsLeft(job))
            && (result.Attempt.FailureClass != FailureClass.Transient || result.Batch.Attempt >= maxAttempts);
}
