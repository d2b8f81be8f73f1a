using System.Runtime.InteropServices;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>
/// Writes the rows of an input to the ledger while it is read, a bounded number in each transaction. They count only when the end of the
/// input was read and the draft is sealed.
/// </summary>
internal sealed class DraftBooks(LedgerDatabase database, long jobId)
{
    private readonly List<RequestRecord> _requests = [];

    private int _nextPart;

    private readonly List<(long Batch, long Row)> _replacements = [];

    private readonly List<DraftedAttempt> _attempts = [];

    /// <summary>Deletes what an input that was never sealed has left. Sealed rows stay.</summary>
    public static void Discard(LedgerDatabase database, long jobId)
    {
        List<long> drafts = database.Read(
            $"SELECT id FROM batch WHERE job_id = $job AND state = {SqlWord.Draft}", static row => row.Number("id"), ("$job", jobId));
        List<long> sealedBatches = drafts.Count == 0
            ? []
            : database.Read(
                $"SELECT id FROM batch WHERE job_id = $job AND state <> {SqlWord.Draft}", static row => row.Number("id"), ("$job", jobId));
        foreach (long batch in sealedBatches)
        {
            database.InSteps(
                "attempt",
                batch,
                firstRow: 0,
                $"""
                UPDATE attempt SET replaced_by = NULL
                WHERE id BETWEEN $from AND $to AND replaced_by IN (SELECT id FROM batch WHERE state = {SqlWord.Draft})
                """);
        }

        foreach (long draft in drafts)
        {
            database.DeleteRows("attempt", draft);
        }

        long sealedRows = database.Scalar("SELECT sealed_rows FROM job WHERE id = $job", ("$job", jobId));
        database.DeleteRows("request", jobId, sealedRows);
        database.Write(() => database.Execute($"DELETE FROM batch WHERE job_id = $job AND state = {SqlWord.Draft}", ("$job", jobId)));
    }

    /// <summary>Gives the number of the job's next part. All spoolers that write to the draft ask for it here.</summary>
    public int NextPart()
    {
        _nextPart = _nextPart == 0
            ? 1 + (int)database.Scalar("SELECT coalesce(max(part), 0) FROM batch WHERE job_id = $job", ("$job", jobId))
            : _nextPart + 1;
        return _nextPart;
    }

    public long BeginBatch(int part, int attempt, Hold? heldFor)
    {
        long id = 0;
        database.Write(() => id = database.Insert(
            $"""
            INSERT INTO batch (guid, job_id, part, attempt, state, request_count, size_in_bytes, held_for)
            VALUES ($guid, $job, $part, $attempt, {SqlWord.Draft}, 0, 0, $held)
            """,
            ("$guid", Guid.NewGuid().ToString("N")),
            ("$job", jobId),
            ("$part", part),
            ("$attempt", attempt),
            ("$held", Word<Hold>.Of(heldFor))));
        return id;
    }

    public void CompleteBatch(long batchId, int count, long size, byte[] digest)
        => database.Write(() => database.Execute(
            "UPDATE batch SET request_count = $count, processing = $count, size_in_bytes = $size, spool_digest = $digest WHERE id = $id",
            ("$count", count),
            ("$size", size),
            ("$digest", digest),
            ("$id", batchId)));

    public void Add(RequestRecord request)
    {
        _requests.Add(request);
        if (_requests.Count >= LedgerDatabase.RowsPerTransaction)
        {
            Flush();
        }
    }

    public void Add(long batchId, long row, long offset, int length, long digest, int schema)
    {
        _attempts.Add(new DraftedAttempt(batchId, row, offset, length, digest, schema));
        if (_attempts.Count >= LedgerDatabase.RowsPerTransaction)
        {
            Flush();
        }
    }

    /// <summary>Records that an attempt of this batch replaces the row's last attempt as soon as the batch is sealed.</summary>
    public void Replace(long batchId, long row) => _replacements.Add((batchId, row));

    /// <summary>Makes the batches of the draft, and what they replace, count from now on. It is called inside a transaction.</summary>
    public void Seal()
    {
        new BatchBooks(database).ForgetTallies(jobId);
        database.Execute($"UPDATE batch SET state = {SqlWord.Spooled} WHERE job_id = $job AND state = {SqlWord.Draft}", ("$job", jobId));
    }

    public void Flush()
    {
        if (_requests.Count == 0 && _attempts.Count == 0 && _replacements.Count == 0)
        {
            return;
        }

        database.Write(() =>
        {
            database.ExecuteMany(
                """
                INSERT INTO request (id, custom_id, digest, source_offset, source_length, source_digest, refusal)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                """,
                CollectionsMarshal.AsSpan(_requests),
                (r, statement) =>
                {
                    statement.Bind(1, RowKey.Of(jobId, r.Row));
                    statement.Bind(2, r.CustomId);
                    statement.Bind(3, r.Digest.AsSpan());
                    statement.Bind(4, r.SourceOffset);
                    statement.Bind(5, (long)r.SourceLength);
                    statement.Bind(6, r.SourceDigest == 0 ? null : r.SourceDigest);
                    statement.Bind(7, r.Refusal);
                });
            database.ExecuteMany(
                "INSERT INTO attempt (id, spool_offset, spool_length, spool_digest, output_schema) VALUES (?1, ?2, ?3, ?4, ?5)",
                CollectionsMarshal.AsSpan(_attempts),
                static (a, statement) =>
                {
                    statement.Bind(1, RowKey.Of(a.Batch, a.Row));
                    statement.Bind(2, a.Offset);
                    statement.Bind(3, (long)a.Length);
                    statement.Bind(4, a.Digest);
                    statement.Bind(5, (long)a.Schema);
                });
            database.ExecuteMany(
                $"""
                UPDATE attempt AS a SET replaced_by = ?1
                WHERE id IN (SELECT {RowKey.Of("b.id", "?2")} FROM batch b WHERE b.job_id = ?3 AND b.state <> {SqlWord.Draft})
                    AND {AttemptBooks.IsLast}
                """,
                CollectionsMarshal.AsSpan(_replacements),
                (r, statement) =>
                {
                    statement.Bind(1, r.Batch);
                    statement.Bind(2, r.Row);
                    statement.Bind(3, jobId);
                });
        });
        _requests.Clear();
        _attempts.Clear();
        _replacements.Clear();
    }

    // A tuple of these would be read by code that cannot be compiled ahead.
    private readonly record struct DraftedAttempt(long Batch, long Row, long Offset, int Length, long Digest, int Schema);
}
