using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>
/// Writes the rows of an input to the ledger while it is read, a bounded number in each transaction, on another thread. They count only when
/// the end of the input was read and the draft is sealed.
/// </summary>
/// <remarks>The database is one thread's at a time: whoever uses it while a draft is written waits for it first.</remarks>
/// <param name="database">The ledger's database.</param>
/// <param name="jobId">The ledger's number of the job.</param>
/// <param name="isReadMeanwhile">Whether the ledger is read while rows are added: each piece is waited for then.</param>
internal sealed class DraftBooks(LedgerDatabase database, long jobId, bool isReadMeanwhile) : IDisposable
{
    // Few enough that two times as many are a small part of the memory of a job.
    private const int RowsHandedOver = 5_000;

    private readonly SideWork _writing = new();

    private DraftRows _rows = new();

    // Those that are being written, or that were.
    private DraftRows _spare = new();

    private int _nextPart;

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
        Wait();
        _nextPart = _nextPart == 0
            ? 1 + (int)database.Scalar("SELECT coalesce(max(part), 0) FROM batch WHERE job_id = $job", ("$job", jobId))
            : _nextPart + 1;
        return _nextPart;
    }

    public long BeginBatch(int part, int attempt, int round, Hold? heldFor)
    {
        Wait();
        long id = 0;
        database.Write(() => id = database.Insert(
            $"""
            INSERT INTO batch (guid, job_id, part, attempt, round, state, request_count, size_in_bytes, held_for)
            VALUES ($guid, $job, $part, $attempt, $round, {SqlWord.Draft}, 0, 0, $held)
            """,
            ("$guid", Guid.NewGuid().ToString("N")),
            ("$job", jobId),
            ("$part", part),
            ("$attempt", attempt),
            ("$round", round),
            ("$held", Word<Hold>.Of(heldFor))));
        return id;
    }

    public void CompleteBatch(long batchId, int count, long size, byte[] digest)
    {
        Wait();
        database.Write(() => database.Execute(
            "UPDATE batch SET request_count = $count, processing = $count, size_in_bytes = $size, spool_digest = $digest WHERE id = $id",
            ("$count", count),
            ("$size", size),
            ("$digest", digest),
            ("$id", batchId)));
    }

    public void Add(RequestRecord request)
    {
        _rows.Requests.Add(request);
        if (_rows.Requests.Count >= RowsHandedOver)
        {
            HandOver();
        }
    }

    public void Add(long batchId, long row, long offset, int length, long digest, int schema)
    {
        _rows.Attempts.Add(new DraftedAttempt(batchId, row, offset, length, digest, schema));
        if (_rows.Attempts.Count >= RowsHandedOver)
        {
            HandOver();
        }
    }

    /// <summary>Records that an attempt of this batch replaces the row's last attempt as soon as the batch is sealed.</summary>
    public void Replace(long batchId, long row) => _rows.Replacements.Add(new Replacement(batchId, row));

    /// <summary>Writes what is left, and waits until all of it is in the ledger.</summary>
    public void Complete()
    {
        HandOver();
        Wait();
    }

    /// <summary>Waits until the rows that were handed over are in the ledger.</summary>
    public void Wait() => _writing.Wait();

    public void Dispose() => _writing.Dispose();

    /// <summary>Makes the batches of the draft, and what they replace, count from now on. It is called inside a transaction.</summary>
    public void Seal()
    {
        new BatchBooks(database).ForgetTallies(jobId);
        database.Execute($"UPDATE batch SET state = {SqlWord.Spooled} WHERE job_id = $job AND state = {SqlWord.Draft}", ("$job", jobId));
    }

    private void HandOver()
    {
        if (_rows.IsEmpty)
        {
            return;
        }

        Wait(); // the spare rows are written then
        (_rows, _spare) = (_spare, _rows);
        DraftRows full = _spare;
        _writing.Run(() =>
        {
            Write(full);
            full.Clear();
        });
        if (isReadMeanwhile)
        {
            Wait();
        }
    }

    private void Write(DraftRows rows)
    {
        database.Write(() =>
        {
            database.ExecuteMany(
                """
                INSERT INTO request (id, custom_id, digest, source_offset, source_length, source_digest, refusal, variant)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                """,
                CollectionsMarshal.AsSpan(rows.Requests),
                [MethodImpl(Hot.AtOnce)] (r, statement) =>
                {
                    statement.Bind(1, RowKey.Of(jobId, r.Row));
                    statement.Bind(2, r.CustomId);
                    statement.Bind(3, r.Digest.AsSpan());
                    statement.Bind(4, r.SourceOffset);
                    statement.Bind(5, (long)r.SourceLength);
                    statement.Bind(6, r.SourceDigest == 0 ? null : r.SourceDigest);
                    statement.Bind(7, r.Refusal);
                    statement.Bind(8, r.Variant);
                });
            database.ExecuteMany(
                "INSERT INTO attempt (id, spool_offset, spool_length, spool_digest, output_schema) VALUES (?1, ?2, ?3, ?4, ?5)",
                CollectionsMarshal.AsSpan(rows.Attempts),
                [MethodImpl(Hot.AtOnce)] static (a, statement) =>
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
                CollectionsMarshal.AsSpan(rows.Replacements),
                (r, statement) =>
                {
                    statement.Bind(1, r.Batch);
                    statement.Bind(2, r.Row);
                    statement.Bind(3, jobId);
                });
        });
    }

    // A tuple of these would be read by code that cannot be compiled ahead.
    private readonly record struct DraftedAttempt(long Batch, long Row, long Offset, int Length, long Digest, int Schema);

    private readonly record struct Replacement(long Batch, long Row);

    private sealed class DraftRows
    {
        public List<RequestRecord> Requests { get; } = [];

        public List<DraftedAttempt> Attempts { get; } = [];

        public List<Replacement> Replacements { get; } = [];

        public bool IsEmpty => Requests.Count == 0 && Attempts.Count == 0 && Replacements.Count == 0;

        public void Clear()
        {
            Requests.Clear();
            Attempts.Clear();
            Replacements.Clear();
        }
    }
}
