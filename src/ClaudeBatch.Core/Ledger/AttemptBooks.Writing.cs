using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <content>What is written of requests and attempts after their input was sealed.</content>
public sealed partial class AttemptBooks
{
    /// <summary>
    /// Records the row of a request that is sent again with other bytes, so that an input that comes again is compared with these, and its
    /// answer is beside this row. What it was before is kept for the case that the part is taken back.
    /// </summary>
    /// <param name="jobId">The ledger's number of the job.</param>
    /// <param name="batchId">The ledger's number of the part that has the new bytes.</param>
    /// <param name="request">The request as it is now.</param>
    internal void SetContent(long jobId, long batchId, RequestRecord request)
    {
        long id = RowKey.Of(jobId, request.Row);
        database.Execute(
            """
            INSERT INTO earlier_content (request_id, batch_id, digest, source_offset, source_length, source_digest, variant)
            SELECT id, $batch, digest, source_offset, source_length, source_digest, variant FROM request WHERE id = $id
            """,
            ("$batch", batchId),
            ("$id", id));
        database.Execute(
            """
            UPDATE request SET digest = $digest, source_offset = $offset, source_length = $length, source_digest = $source, variant = $variant
            WHERE id = $id
            """,
            ("$digest", request.Digest),
            ("$offset", request.SourceOffset),
            ("$length", request.SourceLength),
            ("$source", request.SourceDigest == 0 ? null : request.SourceDigest),
            ("$variant", request.Variant),
            ("$id", id));
    }

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

    /// <summary>Writes the digests of result lines that an earlier version has collected without them.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    internal void RecordLineDigests(BatchRecord batch, List<(long Row, long Digest)> digests) => new BatchBooks(database).WriteRows(
        batch,
        "UPDATE attempt SET result_digest = ?2 WHERE id = ?1",
        digests,
        (d, statement) =>
        {
            statement.Bind(1, RowKey.Of(batch.Id, d.Row));
            statement.Bind(2, d.Digest);
        },
        isCounted: false);

    /// <summary>Records of answers that were looked at closer whether they cannot be used as they are.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    internal void RecordVerdicts(BatchRecord batch, List<AnswerVerdict> verdicts) => new BatchBooks(database).WriteRows(
        batch,
        "UPDATE attempt SET incomplete = ?2 WHERE id = ?1",
        verdicts,
        (v, statement) =>
        {
            statement.Bind(1, RowKey.Of(batch.Id, v.Row));
            statement.Bind(2, (long)v.Incomplete);
        },
        isCounted: true);

    /// <summary>Records of answers whether the user's own check accepted them.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="verdicts">The rows, with why their answers were not accepted; null for those that were.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    public void RecordAcceptance(BatchRecord batch, IReadOnlyCollection<(long Row, string? Why)> verdicts)
    {
        BatchBooks books = new(database);
        foreach ((long Row, string? Why)[] chunk in verdicts.Chunk(LedgerDatabase.RowsPerTransaction))
        {
            books.WriteRows(
                batch,
                "UPDATE attempt SET not_accepted = ?2 WHERE id = ?1",
                [.. chunk],
                (v, statement) =>
                {
                    statement.Bind(1, RowKey.Of(batch.Id, v.Row));
                    statement.Bind(2, v.Why);
                },
                isCounted: true);
        }
    }

    /// <summary>Makes the requests of a batch that have no outcome missing, in transactions of bounded size.</summary>
    /// <remarks>The batch is not collected yet, so that no tally of it is kept.</remarks>
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
                result_offset = ?15, result_length = ?16, result_digest = ?17,
                not_accepted = CASE WHEN result_digest = ?17 THEN not_accepted END,
                incomplete = CASE WHEN ?18 = 0 AND output_schema > 0 THEN NULL ELSE ?18 END
            WHERE id = ?1
            """;
        for (int done = 0; done < outcomes.Length; done += LedgerDatabase.RowsPerTransaction)
        {
            ReadOnlyMemory<OutcomeRecord> rows = outcomes.Slice(done, Math.Min(LedgerDatabase.RowsPerTransaction, outcomes.Length - done));
            database.Write(() =>
            {
                books.Require(batch);
                books.ForgetTallies(batch.JobId);
                database.ExecuteMany(sql, rows.Span, [MethodImpl(Hot.AtOnce)] (o, statement) =>
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
                    statement.Bind(18, o.IsIncomplete is { } incomplete ? (incomplete ? 1 : 0) : null);
                });
            });
            Milestone.Pass("outcomes-recorded");
        }
    }
}
