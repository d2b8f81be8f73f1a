using System.Runtime.InteropServices;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The ledger's tables of requests and of attempts to send them.</summary>
public sealed partial class AttemptBooks(LedgerDatabase database)
{
    private const int Page = 2_000;

    // The cost of all attempts of a request. It is NULL where the cost of one of them is not known: a sum of the others would be too low.
    private static readonly string s_costOfAll =
        "(SELECT CASE WHEN count(*) = count(p.cost_in_picodollars) THEN sum(p.cost_in_picodollars) END "
        + $"FROM batch pb JOIN attempt p ON p.id = {RowKey.Of("pb.id", "a.row")} "
        + $"WHERE pb.job_id = $job AND pb.attempt <= $attempt AND pb.state <> {SqlWord.Draft})";

    private static readonly string s_itsRequest = $"JOIN request r ON r.id = {RowKey.Of("$job", "a.row")}";

    /// <summary>
    /// An SQL condition: the attempt <c>a</c> is the last one of its request. An attempt that a draft is to replace is the last one until
    /// the draft is sealed.
    /// </summary>
    internal const string IsLast =
        $"(a.replaced_by IS NULL OR a.replaced_by IN (SELECT id FROM batch WHERE state = {SqlWord.Draft}))";

    /// <summary>Reads one page of a batch's attempts, in row order.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="afterRow">The last row of the page before; -1 for the first page.</param>
    /// <param name="limit">The most rows to read.</param>
    /// <param name="onlyLast">
    /// Whether attempts that a later one has replaced are left out. The cost of an attempt is then that of all attempts of its request.
    /// </param>
    /// <param name="onlyFailed">Whether attempts that have succeeded, or have no outcome yet, are left out.</param>
    public IReadOnlyList<AttemptRecord> OfBatch(BatchRecord batch, long afterRow, int limit, bool onlyLast = false, bool onlyFailed = false)
        => database.Read(
            $"""
            SELECT {AttemptRecord.Columns}, {(onlyLast && batch.Attempt > 1 ? s_costOfAll : "a.cost_in_picodollars")} AS cost
            FROM attempt a {s_itsRequest}
            WHERE {RowKey.Within("a.id", "$batch", "$after")} {(onlyLast ? $"AND {IsLast}" : string.Empty)} {(onlyFailed ? $"AND {HasFailed}" : string.Empty)} ORDER BY a.id LIMIT $limit
            """,
            AttemptRecord.From,
            ("$job", batch.JobId),
            ("$batch", batch.Id),
            ("$attempt", batch.Attempt),
            ("$after", afterRow),
            ("$limit", limit));

    /// <summary>Calls a function with each row of a batch and its custom id in UTF-8, in row order.</summary>
    internal void ForEachId(BatchRecord batch, IdHandler take) => database.ForEach(
        $"SELECT a.row, r.custom_id FROM attempt a {s_itsRequest} WHERE {RowKey.Within("a.id", "$batch")} ORDER BY a.id",
        row => take(row.Number("row"), row.Utf8("custom_id")),
        ("$job", batch.JobId),
        ("$batch", batch.Id));

    /// <summary>Calls a function with each row of a job's sealed input that became a request, and its custom id in UTF-8.</summary>
    internal void ForEachRequest(JobRecord job, IdHandler take) => database.ForEach(
        $"SELECT row, custom_id FROM request WHERE {RowKey.Within("id", "$job", before: "$sealed")} AND refusal IS NULL ORDER BY id",
        row => take(row.Number("row"), row.Utf8("custom_id")),
        ("$job", job.Id),
        ("$sealed", job.SealedRows));

    /// <summary>Takes a row and its custom id in UTF-8. The id's memory is valid only during the call.</summary>
    internal delegate void IdHandler(long row, ReadOnlySpan<byte> customId);

    /// <summary>Reads all attempts of a batch in row order. Only one page of them is in memory.</summary>
    public IEnumerable<AttemptRecord> All(BatchRecord batch, bool onlyLast = false, bool onlyFailed = false)
    {
        long last = -1;
        IReadOnlyList<AttemptRecord> page;
        do
        {
            page = OfBatch(batch, last, Page, onlyLast, onlyFailed);
            foreach (AttemptRecord attempt in page)
            {
                last = attempt.Row;
                yield return attempt;
            }
        }
        while (page.Count == Page);
    }

    /// <summary>Reads the last attempts of the requests of these batches, which belong to one job, in row order.</summary>
    public IEnumerable<(BatchRecord Batch, AttemptRecord Attempt)> LastOf(IEnumerable<BatchRecord> batches)
        => InRowOrder(batches, onlyLast: true);

    /// <summary>Reads the attempts of these batches, which belong to one job, in row order.</summary>
    /// <remarks>
    /// Each batch is in row order, so the batches are merged. A batch is first read when its first row is due, and only one page of it is
    /// in memory.
    /// </remarks>
    public IEnumerable<(BatchRecord Batch, AttemptRecord Attempt)> InRowOrder(IEnumerable<BatchRecord> batches, bool onlyLast)
    {
        PriorityQueue<(BatchRecord Batch, IEnumerator<AttemptRecord>? Attempts), long> next = new();
        foreach (BatchRecord batch in batches)
        {
            next.Enqueue((batch, null), FirstRow(batch));
        }

        while (next.TryDequeue(out (BatchRecord Batch, IEnumerator<AttemptRecord>? Attempts) first, out _))
        {
            if (first.Attempts is not null)
            {
                yield return (first.Batch, first.Attempts.Current);
            }

            IEnumerator<AttemptRecord> attempts = first.Attempts ?? All(first.Batch, onlyLast).GetEnumerator();
            if (attempts.MoveNext())
            {
                next.Enqueue((first.Batch, attempts), attempts.Current.Row);
            }
            else
            {
                attempts.Dispose();
            }
        }
    }

    private long FirstRow(BatchRecord batch)
        => database.Scalar($"SELECT row FROM attempt WHERE {RowKey.Within("id", "$batch")} ORDER BY id LIMIT 1", ("$batch", batch.Id));

    /// <summary>Reads one page of a job's rows, in row order. Rows that did not become requests are among them.</summary>
    public IReadOnlyList<RequestRecord> Requests(long jobId, long afterRow, int limit)
        => database.Read(
            $"""
            SELECT {RequestRecord.Columns} FROM request
            WHERE {RowKey.Within("id", "$job", "$after")} ORDER BY id LIMIT $limit
            """,
            RequestRecord.From,
            ("$job", jobId),
            ("$after", afterRow),
            ("$limit", limit));

    /// <summary>Reads one page of the rows of a job's sealed input that did not become requests.</summary>
    public IReadOnlyList<RequestRecord> Refused(JobRecord job, long afterRow, int limit)
        => database.Read(
            $"""
            SELECT {RequestRecord.Columns} FROM request
            WHERE {RowKey.Within("id", "$job", "$after", "$sealed")} AND refusal IS NOT NULL ORDER BY id LIMIT $limit
            """,
            RequestRecord.From,
            ("$job", job.Id),
            ("$after", afterRow),
            ("$sealed", job.SealedRows),
            ("$limit", limit));

    /// <summary>
    /// Reads the rows of a job that are sent again when its input comes again, because the service has rejected their batch or a person has
    /// abandoned it.
    /// </summary>
    public IReadOnlyList<long> UnsentRows(long jobId) => database.Read(
        $"""
        SELECT a.row FROM batch b JOIN attempt a ON {RowKey.Within("a.id", "b.id")}
        WHERE b.job_id = $job AND b.state IN ({SqlWord.Rejected}, {SqlWord.Abandoned}) AND {IsLast}
        """,
        static row => row.Number("row"),
        ("$job", jobId));

    /// <summary>
    /// Records the digest of a request that is sent again with other bytes, so that an input that comes again is compared with these.
    /// </summary>
    internal void SetDigest(long jobId, long row, byte[] digest)
        => database.Execute("UPDATE request SET digest = $digest WHERE id = $id", ("$digest", digest), ("$id", RowKey.Of(jobId, row)));

    /// <summary>Records that the rows of a job are no longer in its file, so that none is looked for in a file that is made later.</summary>
    internal void ForgetRows(long jobId) => database.InSteps(
        "request",
        jobId,
        firstRow: 0,
        "UPDATE request SET source_offset = 0, source_length = 0 WHERE id BETWEEN $from AND $to AND source_length <> 0");

    /// <summary>Records the requests of a batch that another tool has made. Only their custom ids are known, from the answers.</summary>
    public void RecordDiscovered(BatchRecord batch, long firstRow, IReadOnlyList<string> customIds)
    {
        BatchBooks books = new(database);
        long row = firstRow;
        foreach (string[] chunk in customIds.Chunk(LedgerDatabase.RowsPerTransaction))
        {
            long begin = row;
            database.Write(() =>
            {
                books.Require(batch);
                books.ForgetTallies(batch.JobId);
                database.ExecuteMany(
                    "INSERT OR IGNORE INTO request (id, custom_id, digest, source_offset, source_length) VALUES (?1, ?2, zeroblob(16), "
                        + "0, 0)",
                    chunk,
                    (id, statement) =>
                    {
                        statement.Bind(1, RowKey.Of(batch.JobId, row++));
                        statement.Bind(2, id);
                    });
                database.Execute(
                    $"""
                    INSERT OR IGNORE INTO attempt (id, spool_offset, spool_length)
                    SELECT {RowKey.Of("$batch", "row")}, 0, 0 FROM request
                    WHERE id >= {RowKey.Of("$job", "$from")} AND id < {RowKey.Of("$job", "$to")}
                    """,
                    ("$batch", batch.Id),
                    ("$job", batch.JobId),
                    ("$from", begin),
                    ("$to", begin + chunk.Length));
                database.Execute(
                    "UPDATE job SET sealed_rows = max(sealed_rows, $rows) WHERE id = $job",
                    ("$rows", begin + chunk.Length),
                    ("$job", batch.JobId));
            });
        }
    }

    /// <summary>Reads the names of the models that answered in these batches, in order.</summary>
    internal IReadOnlyList<string> ModelsOf(IEnumerable<long> batchIds) => database.Read(
        $"SELECT DISTINCT model FROM {AnswersOf(batchIds)} AND model IS NOT NULL ORDER BY model", static row => row.Text("model"));

    /// <summary>
    /// Sums up what a model's answers in these batches used and cost. The price depends on the region and on whether the prompt is long, so
    /// there is a sum for each of these.
    /// </summary>
    /// <param name="batchIds">The batches; all of their attempts count.</param>
    /// <param name="model">The model, as the service names it.</param>
    /// <param name="longFrom">The number of tokens above which a prompt is long; null where the model has one price for all.</param>
    internal IReadOnlyList<UsageSum> Usage(IEnumerable<long> batchIds, string model, int? longFrom) => database.Read(
        $"""
        SELECT {UsageSum.Columns}
        FROM {AnswersOf(batchIds)} AND model = $model GROUP BY inference_geo, is_long
        """,
        UsageSum.From,
        ("$model", model),
        ("$from", longFrom ?? int.MaxValue));

    private static string AnswersOf(IEnumerable<long> batchIds)
        => $"batch b JOIN attempt a ON {RowKey.Within("a.id", "b.id")} WHERE b.id IN ({string.Join(',', batchIds)})";

    /// <summary>Writes the digests of result lines that an earlier version has collected without them.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    internal void RecordLineDigests(BatchRecord batch, List<(long Row, long Digest)> digests)
    {
        BatchBooks books = new(database);
        database.Write(() =>
        {
            books.Require(batch);
            database.ExecuteMany(
                "UPDATE attempt SET result_digest = ?2 WHERE id = ?1",
                CollectionsMarshal.AsSpan(digests),
                (d, statement) =>
                {
                    statement.Bind(1, RowKey.Of(batch.Id, d.Row));
                    statement.Bind(2, d.Digest);
                });
        });
    }

    /// <summary>Makes the requests of a batch that have no outcome missing, in transactions of bounded size.</summary>
    internal void RecordMissing(BatchRecord batch) => database.InSteps(
        "attempt",
        batch.Id,
        firstRow: 0,
        $"UPDATE attempt SET outcome = {SqlWord.Missing} WHERE id BETWEEN $from AND $to AND outcome IS NULL");

    /// <summary>Writes the outcomes of a batch in row order, in transactions of bounded size. Where a request has none, none is kept.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    internal void RecordOutcomes(BatchRecord batch, ReadOnlyMemory<OutcomeRecord> outcomes, IReadOnlyList<OutcomeWords> words)
    {
        BatchBooks books = new(database);
        const string sql = """
            UPDATE attempt SET outcome = ?2, error_type = ?3, failure_class = ?4, stop_reason = ?5, model = ?6,
                input_tokens = ?7, cache_write_5m_tokens = ?8, cache_write_1h_tokens = ?9, cache_read_tokens = ?10,
                output_tokens = ?11, web_searches = ?12, inference_geo = ?13, cost_in_picodollars = ?14,
                result_offset = ?15, result_length = ?16, result_digest = ?17
            WHERE id = ?1
            """;
        for (int done = 0; done < outcomes.Length; done += LedgerDatabase.RowsPerTransaction)
        {
            ReadOnlyMemory<OutcomeRecord> rows = outcomes.Slice(done, Math.Min(LedgerDatabase.RowsPerTransaction, outcomes.Length - done));
            database.Write(() =>
            {
                books.Require(batch);
                books.ForgetTallies(batch.JobId);
                database.ExecuteMany(sql, rows.Span, (o, statement) =>
                {
                    OutcomeWords? said = o.WordsIndex == 0 ? null : words[o.WordsIndex - 1];
                    TokenUsage usage = o.Usage;
                    statement.Bind(1, RowKey.Of(batch.Id, o.Row));
                    statement.Bind(2, Word<Outcome>.Of(said?.Status));
                    statement.Bind(3, said?.ErrorType);
                    statement.Bind(4, Word<FailureClass>.Of(said?.FailureClass));
                    statement.Bind(5, said?.StopReason);
                    statement.Bind(6, said?.Model);
                    statement.Bind(7, usage.InputTokens);
                    statement.Bind(8, usage.CacheWrite5mTokens);
                    statement.Bind(9, usage.CacheWrite1hTokens);
                    statement.Bind(10, usage.CacheReadTokens);
                    statement.Bind(11, usage.OutputTokens);
                    statement.Bind(12, usage.WebSearches);
                    statement.Bind(13, said?.InferenceGeo);
                    statement.Bind(14, o.CostInPicodollars);
                    statement.Bind(15, o.ResultLength > 0 ? o.ResultOffset : null);
                    statement.Bind(16, o.ResultLength);
                    statement.Bind(17, o.ResultLength > 0 ? o.ResultDigest : null);
                });
            });
            Milestone.Pass("outcomes-recorded");
        }
    }
}
