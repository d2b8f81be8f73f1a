using System.Runtime.InteropServices;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Submission;

/// <summary>The rows of an input whose end was not seen yet, on their way into the ledger in bounded transactions.</summary>
internal sealed class InputDraft(LedgerDatabase database, long jobId)
{
    private readonly List<RequestRecord> _requests = [];

    private int _nextPart;

    private readonly List<(long Batch, long Row)> _replacements = [];

    private readonly List<(long Batch, long Row, long Offset, int Length, int Schema)> _attempts = [];

    /// <summary>Takes away what an input that was cut short has left; sealed rows stay.</summary>
    public static void Discard(LedgerDatabase database, long jobId)
    {
        List<long> drafts = database.Read(
            "SELECT id FROM batch WHERE job_id = $job AND state = 'Draft'", static row => row.Number(0), ("$job", jobId));
        List<long> sealedBatches = drafts.Count == 0
            ? []
            : database.Read("SELECT id FROM batch WHERE job_id = $job AND state <> 'Draft'", static row => row.Number(0), ("$job", jobId));
        foreach (long batch in sealedBatches)
        {
            database.InSteps(
                "attempt WHERE batch_id = $key",
                "UPDATE attempt SET replaced_by = NULL WHERE batch_id = $key AND row BETWEEN $from AND $to AND replaced_by IN (SELECT id FROM batch WHERE state = 'Draft')",
                batch);
        }

        foreach (long draft in drafts)
        {
            database.DeleteRows("attempt", "batch_id", draft);
        }

        const string unsealed = "row >= (SELECT sealed_rows FROM job WHERE id = $key)";
        database.InSteps(
            $"request WHERE job_id = $key AND {unsealed}",
            $"DELETE FROM request WHERE job_id = $key AND row BETWEEN $from AND $to AND {unsealed}",
            jobId);
        database.Write(() => database.Execute("DELETE FROM batch WHERE job_id = $job AND state = 'Draft'", ("$job", jobId)));
    }

    /// <summary>The number of the next part; several spoolers may fill parts of one draft.</summary>
    public int NextPart()
    {
        _nextPart = _nextPart == 0 ? 1 + (int)database.Scalar("SELECT coalesce(max(part), 0) FROM batch WHERE job_id = $job", ("$job", jobId)) : _nextPart + 1;
        return _nextPart;
    }

    public long BeginBatch(int part, int attempt, string? heldFor)
    {
        long id = 0;
        database.Write(() => id = database.Insert(
            "INSERT INTO batch (job_id, part, attempt, state, request_count, size_in_bytes, held_for) VALUES ($job, $part, $attempt, 'Draft', 0, 0, $held)",
            ("$job", jobId),
            ("$part", part),
            ("$attempt", attempt),
            ("$held", heldFor)));
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

    public void Add(long batchId, long row, long offset, int length, int schema)
    {
        _attempts.Add((batchId, row, offset, length, schema));
        if (_attempts.Count >= LedgerDatabase.RowsPerTransaction)
        {
            Flush();
        }
    }

    /// <summary>The row's last attempt so far will be replaced by one of this batch, once it is sealed.</summary>
    public void Replace(long batchId, long row) => _replacements.Add((batchId, row));

    /// <summary>Makes the drafted batches binding, and with them what they replace: call it inside a transaction.</summary>
    public void Seal()
        => database.Execute("UPDATE batch SET state = 'Spooled' WHERE job_id = $job AND state = 'Draft'", ("$job", jobId));

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
                INSERT INTO request (job_id, row, custom_id, digest, source_offset, source_length, refusal)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                """,
                CollectionsMarshal.AsSpan(_requests),
                (r, statement) =>
                {
                    statement.Bind(1, jobId);
                    statement.Bind(2, r.Row);
                    statement.Bind(3, r.CustomId);
                    statement.Bind(4, r.Digest.AsSpan());
                    statement.Bind(5, r.SourceOffset);
                    statement.Bind(6, (long)r.SourceLength);
                    statement.Bind(7, r.Refusal);
                });
            database.ExecuteMany(
                "INSERT INTO attempt (batch_id, row, spool_offset, spool_length, output_schema) VALUES (?1, ?2, ?3, ?4, ?5)",
                CollectionsMarshal.AsSpan(_attempts),
                static (a, statement) =>
                {
                    statement.Bind(1, a.Batch);
                    statement.Bind(2, a.Row);
                    statement.Bind(3, a.Offset);
                    statement.Bind(4, (long)a.Length);
                    statement.Bind(5, (long)a.Schema);
                });
            database.ExecuteMany(
                $"""
                UPDATE attempt AS a SET replaced_by = ?1
                WHERE row = ?2 AND batch_id IN (SELECT id FROM batch WHERE job_id = ?3 AND state <> 'Draft') AND {AttemptBooks.IsLast}
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
}
