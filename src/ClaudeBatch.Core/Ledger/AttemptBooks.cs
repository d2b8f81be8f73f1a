using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The ledger's tables of requests and of attempts to send them.</summary>
public sealed partial class AttemptBooks(LedgerDatabase database)
{
    private const int Page = 2_000;

    // The cost of all attempts of a request that the service may have had. It is NULL where the cost of one of them is not known: a sum of the
    // others would be too low.
    private static readonly string s_costOfAll =
        "(SELECT CASE WHEN count(*) = count(p.cost_in_picodollars) THEN sum(p.cost_in_picodollars) END "
        + $"FROM batch pb JOIN attempt p ON p.id = {RowKey.Of("pb.id", "a.row")} "
        + $"WHERE pb.job_id = $job AND pb.state NOT IN ({SqlWord.Draft}, {SqlWord.Rejected}, {SqlWord.Abandoned}))";

    // What all rounds and attempts of a request have used, in the names of the service's usage, and the calls of tools: round, id, milliseconds.
    private static readonly string s_rounds = $"""
        (SELECT json_object('usage', json_object('input_tokens', coalesce(sum(p.input_tokens), 0),
            'cache_creation_input_tokens', coalesce(sum(p.cache_write_5m_tokens + p.cache_write_1h_tokens), 0),
            'cache_read_input_tokens', coalesce(sum(p.cache_read_tokens), 0), 'cache_creation', json_object(
                'ephemeral_5m_input_tokens', coalesce(sum(p.cache_write_5m_tokens), 0),
                'ephemeral_1h_input_tokens', coalesce(sum(p.cache_write_1h_tokens), 0)),
            'output_tokens', coalesce(sum(p.output_tokens), 0),
            'server_tool_use', json_object('web_search_requests', coalesce(sum(p.web_searches), 0))),
            'calls', (SELECT json_group_array(json_array(cb.round, c.call_id, c.duration_in_ms))
                FROM batch cb JOIN tool_call c ON c.attempt_id = {RowKey.Of("cb.id", "a.row")} WHERE cb.job_id = $job))
        FROM batch pb JOIN attempt p ON p.id = {RowKey.Of("pb.id", "a.row")} WHERE pb.job_id = $job AND pb.state <> {SqlWord.Draft})
        """;

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
            SELECT {AttemptRecord.Columns},
                {(onlyLast && batch.MayHaveEarlier ? s_costOfAll : "a.cost_in_picodollars")} AS cost,
                {(onlyLast && batch.HasKeptAnswers ? s_failedLater : "NULL")} AS failed_later,
                {(onlyLast && batch.Round > 1 ? s_rounds : "NULL")} AS rounds
            FROM attempt a {s_itsRequest}
            WHERE {RowKey.Within("a.id", "$batch", "$after")} {(onlyLast ? $"AND {IsLast}" : string.Empty)} {(onlyFailed ? $"AND {HasFailed}" : string.Empty)} ORDER BY a.id LIMIT $limit
            """,
            AttemptRecord.From,
            ("$job", batch.JobId),
            ("$batch", batch.Id),
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
    public IEnumerable<BatchAttempt> LastOf(IEnumerable<BatchRecord> batches)
        => InRowOrder(batches, onlyLast: true);

    /// <summary>Reads the attempts of these batches, which belong to one job, in row order.</summary>
    /// <remarks>
    /// Each batch is in row order, so the batches are merged. A batch is first read when its first row is due, and only one page of it is
    /// in memory.
    /// </remarks>
    public IEnumerable<BatchAttempt> InRowOrder(IEnumerable<BatchRecord> batches, bool onlyLast)
    {
        // The attempts of a row come in their order.
        PriorityQueue<(BatchRecord Batch, IEnumerator<AttemptRecord>? Attempts), (long Row, long Batch)> waiting = new();
        foreach (BatchRecord batch in batches)
        {
            waiting.Enqueue((batch, null), (FirstRow(batch), batch.Id));
        }

        while (waiting.TryDequeue(out (BatchRecord Batch, IEnumerator<AttemptRecord>? Attempts) first, out _))
        {
            IEnumerator<AttemptRecord> attempts = first.Attempts ?? All(first.Batch, onlyLast).GetEnumerator();
            bool isThere = first.Attempts is not null || attempts.MoveNext();
            // Mostly the rows of a batch lie between those of others, and none is put back into the queue.
            (long Row, long Batch) next = waiting.TryPeek(out _, out (long, long) other) ? other : (long.MaxValue, 0);
            while (isThere && (attempts.Current.Row < next.Row || (attempts.Current.Row == next.Row && first.Batch.Id < next.Batch)))
            {
                yield return new BatchAttempt(first.Batch, attempts.Current);
                isThere = attempts.MoveNext();
            }

            if (isThere)
            {
                waiting.Enqueue((first.Batch, attempts), (attempts.Current.Row, first.Batch.Id));
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
    /// abandoned it. A later round is taken up again by itself (<see cref="ToolBooks"/>): its requests are no rows of the input.
    /// </summary>
    public IReadOnlyList<long> UnsentRows(long jobId) => database.Read(
        $"""
        SELECT a.row FROM batch b JOIN attempt a ON {RowKey.Within("a.id", "b.id")}
        WHERE b.job_id = $job AND b.round = 1 AND b.state IN ({SqlWord.Rejected}, {SqlWord.Abandoned}) AND {IsLast}
        """,
        static row => row.Number("row"),
        ("$job", jobId));

    /// <summary>Gives the numbers of a job's rows whose last attempt is to be sent, or is with the service.</summary>
    public IReadOnlyList<long> RowsInFlight(long jobId) => database.Read(
        $"""
        SELECT a.row FROM batch b JOIN attempt a ON {RowKey.Within("a.id", "b.id")}
        WHERE b.job_id = $job AND b.state NOT IN ({SqlWord.Draft}, {SqlWord.FinalStates}) AND {IsLast}
        """,
        static row => row.Number("row"),
        ("$job", jobId));

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
    /// <param name="variant">The variant whose answers count, or those of no variant where it says null; without it all count.</param>
    internal IReadOnlyList<UsageSum> Usage(
        IEnumerable<long> batchIds, string model, int? longFrom, Variant? variant = null) => database.Read(
        $"""
        SELECT {UsageSum.Columns}
        FROM {AnswersOf(batchIds)} AND model = $model {(variant is null ? string.Empty : $"AND {s_itsVariant} IS $variant")}
        GROUP BY inference_geo, is_long
        """,
        UsageSum.From,
        ("$variant", variant?.Name),
        ("$model", model),
        ("$from", longFrom ?? int.MaxValue));

    private static string AnswersOf(IEnumerable<long> batchIds)
        => $"batch b JOIN attempt a ON {RowKey.Within("a.id", "b.id")} WHERE b.id IN ({string.Join(',', batchIds)})";
}
