using System.Globalization;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>
/// The ledger's tables of tools and of their calls: which command each name stands for in a job, and how far each call of an answer has come.
/// </summary>
public sealed class ToolBooks(LedgerDatabase database)
{
    private static readonly string s_unknown =
        $"(c.state = '{nameof(ToolCallState.Stopped)}' OR c.is_repeatable = 0 OR c.starts >= {ToolCallRecord.MostStarts})";

    /// <summary>
    /// Fixes which command each name stands for in the job. A name stays what it was: a model that has called one command is not answered by
    /// another.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>ToolChanged</c>.</exception>
    internal void Fix(JobRecord job, IEnumerable<(string Name, string Command)> tools) => database.Write(() =>
    {
        foreach ((string name, string command) in tools)
        {
            database.Execute(
                "INSERT INTO tool (job_id, name, command) VALUES ($job, $name, $command) ON CONFLICT (job_id, name) DO NOTHING",
                ("$job", job.Id),
                ("$name", name),
                ("$command", command));
            string fixedTo = database.Read(
                "SELECT command FROM tool WHERE job_id = $job AND name = $name",
                static row => row.Text("command"),
                ("$job", job.Id),
                ("$name", name)).Single();
            if (fixedTo != command)
            {
                throw new ClaudeBatchException(
                    FailureKind.Conflict,
                    "ToolChanged",
                    $"In job '{job.Name}' the tool '{name}' is '{fixedTo}', and here it is '{command}'. Nothing was run. Import the module, or "
                        + "define the function, that the job began with; for another command make another job.")
                { Target = name };
            }
        }
    });

    /// <summary>Gives the names that the job's tools were given so far, with the commands that they stand for.</summary>
    public IReadOnlyList<(string Name, string Command)> Of(JobRecord job) => database.Read(
        "SELECT name, command FROM tool WHERE job_id = $job ORDER BY name",
        static row => (row.Text("name"), row.Text("command")),
        ("$job", job.Id));

    /// <summary>Reads one page of the last attempts of a batch whose answers ask for another round, in row order.</summary>
    internal IReadOnlyList<AttemptRecord> Waiting(BatchRecord batch, long afterRow, int limit) => database.Read(
        $"""
        SELECT {AttemptRecord.Columns}, a.cost_in_picodollars AS cost, NULL AS failed_later, NULL AS rounds
        FROM attempt a JOIN request r ON r.id = {RowKey.Of("$job", "a.row")}
        WHERE {RowKey.Within("a.id", "$batch", "$after")} AND {AttemptBooks.IsLast} AND a.outcome = {SqlWord.Succeeded}
            AND {AttemptRecord.IsUnusable} AND {AttemptRecord.AsksForRound} ORDER BY a.id LIMIT $limit
        """,
        AttemptRecord.From,
        ("$job", batch.JobId),
        ("$batch", batch.Id),
        ("$after", afterRow),
        ("$limit", limit));

    /// <summary>Reads the calls that were begun of the answers to some rows of a batch, in the order of rows and answers.</summary>
    internal IReadOnlyList<ToolCallRecord> Calls(BatchRecord batch, long firstRow, long lastRow) => database.Read(
        $"""
        SELECT {ToolCallRecord.Columns} FROM tool_call c
        WHERE c.attempt_id BETWEEN {RowKey.Of("$batch", "$first")} AND {RowKey.Of("$batch", "$last")} ORDER BY c.attempt_id, c.position
        """,
        ToolCallRecord.From,
        ("$batch", batch.Id),
        ("$first", firstRow),
        ("$last", lastRow));

    /// <summary>
    /// Gives the rows of a batch of whose answers a call was begun, with the digests of the answers' lines: these lines stay what they are,
    /// whatever a later download brings.
    /// </summary>
    internal IReadOnlyList<(long Row, long Digest)> FixedAnswers(BatchRecord batch) => database.Read(
        $"""
        SELECT a.row, a.result_digest FROM attempt a
        WHERE a.id IN (SELECT attempt_id FROM tool_call WHERE {RowKey.Within("attempt_id", "$batch")}) ORDER BY a.id
        """,
        static row => (row.Number("row"), row.Number("result_digest")),
        ("$batch", batch.Id));

    /// <summary>Finds the calls of a job that were begun and have no outcome, and of which only a person can say what became of them.</summary>
    /// <remarks>While somebody runs the job's tools, a call that was begun may be running, and only those that were stopped are given.</remarks>
    public IReadOnlyList<(BatchRecord Batch, ToolCallRecord Call)> Unknown(LedgerFolder folder, JobRecord job)
    {
        IReadOnlyList<(BatchRecord Batch, ToolCallRecord Call)> found = UnknownOf(job);
        return found.Count > 0 && OwnershipLock.IsTaken(folder, job.ToolsLockName)
            ? [.. found.Where(static f => f.Call.State == ToolCallState.Stopped)]
            : found;
    }

    /// <summary>Says what a person is asked about such calls.</summary>
    /// <param name="job">The job.</param>
    /// <param name="unknown">The calls; at least one.</param>
    internal static string Describe(JobRecord job, IReadOnlyList<(BatchRecord Batch, ToolCallRecord Call)> unknown)
    {
        ToolCallRecord first = unknown[0].Call;
        bool isOne = unknown.Count == 1;
        string calls = isOne ? "A call of a tool was" : string.Create(CultureInfo.InvariantCulture, $"{unknown.Count} calls of tools were");
        return $"{calls} begun in job '{job.Name}', and what became of {(isOne ? "it" : "them")} is not known: {first.Name}, "
            + $"'{first.CallId}'{(isOne ? string.Empty : ", …")}. Nothing is run twice by itself. Find out what became of it, and say so: "
            + $"Repair-ClaudeBatch -Job {job.Name} lists such calls, -CallId … -Output '…' says what one gave, -CallId … -NotRun has "
            + "it run.";
    }

    /// <summary>Finds the same calls where it is known that nobody runs the job's tools.</summary>
    internal IReadOnlyList<(BatchRecord Batch, ToolCallRecord Call)> UnknownOf(JobRecord job)
    {
        List<(long Batch, ToolCallRecord Call)> found = Unsettled(job);
        if (found.Count == 0)
        {
            return [];
        }

        Dictionary<long, BatchRecord> batches = new BatchBooks(database).OfJob(job.Id).ToDictionary(static b => b.Id);
        return [.. found.Select(f => (batches[f.Batch], f.Call))];
    }

    private List<(long Batch, ToolCallRecord Call)> Unsettled(JobRecord job) => database.Read(
        $"""
        SELECT b.id AS batch, {ToolCallRecord.Columns}
        FROM batch b CROSS JOIN tool_call c INDEXED BY tool_call_without_outcome ON {RowKey.Within("c.attempt_id", "b.id")}
            CROSS JOIN attempt a ON a.id = c.attempt_id
        WHERE b.job_id = $job AND c.state <> 'Done' AND {s_unknown} AND {AttemptBooks.IsLast} ORDER BY c.attempt_id, c.position
        """,
        static row => (row.Number("batch"), ToolCallRecord.From(row)),
        ("$job", job.Id));

    /// <summary>Counts the calls of a job that did not fit, or ended in an error, which the model was told.</summary>
    internal long CountErrors(JobRecord job) => database.Scalar(
        $"SELECT count(*) FROM batch b JOIN tool_call c ON {RowKey.Within("c.attempt_id", "b.id")} WHERE b.job_id = $job AND c.is_error <> 0",
        ("$job", job.Id));

    /// <summary>
    /// Records that calls begin now. They are run when this is on the disk. A call begins only while its job runs tools and its answer is the
    /// last word of the request: somebody may have stopped the job, or sent the request anew, since it was read.
    /// </summary>
    /// <param name="batch">The batch of the answers.</param>
    /// <param name="calls">The calls.</param>
    /// <returns>Those that begin, in their order.</returns>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    internal IReadOnlyList<ToolCallRecord> Begin(BatchRecord batch, IReadOnlyList<CallToBegin> calls)
    {
        List<ToolCallRecord> begun = [];
        database.Write(() =>
        {
            begun = [.. Allowed(batch, calls).Select(static c => c.Call)];
            Insert(batch, begun);
        });
        return begun;
    }

    private List<CallToBegin> Allowed(BatchRecord batch, IReadOnlyList<CallToBegin> calls)
        => database.Matching(
            $"""
            SELECT 1 FROM batch b JOIN job j ON j.id = b.job_id JOIN attempt a ON a.id = ?2
            WHERE b.id = ?1 AND j.stopped_at IS NULL AND j.max_rounds > b.round AND coalesce(a.result_digest, 0) = ?3 AND {AttemptBooks.IsLast}
            """,
            calls,
            (c, statement) =>
            {
                statement.Bind(1, batch.Id);
                statement.Bind(2, RowKey.Of(batch.Id, c.Call.Row));
                statement.Bind(3, c.Line);
            });

    /// <summary>Records whether a call that was begun may run again.</summary>
    internal void SetRepeatable(BatchRecord batch, ToolCallRecord call) => Insert(batch, [call]);

    private void Insert(BatchRecord batch, List<ToolCallRecord> calls) => Write(
        batch,
        """
        INSERT INTO tool_call (attempt_id, position, call_id, name, state, is_repeatable, starts) VALUES (?1, ?2, ?3, ?4, 'Begun', ?5, ?6)
        ON CONFLICT (attempt_id, position) DO UPDATE SET state = excluded.state, is_repeatable = excluded.is_repeatable, starts = excluded.starts
        """,
        calls,
        (c, statement) =>
        {
            statement.Bind(1, RowKey.Of(batch.Id, c.Row));
            statement.Bind(2, (long)c.Position);
            statement.Bind(3, c.CallId);
            statement.Bind(4, c.Name);
            statement.Bind(5, c.IsRepeatable ? 1L : 0L);
            statement.Bind(6, (long)c.Starts);
        });

    /// <summary>Records how calls have ended. What they gave is on the disk before.</summary>
    internal void Record(BatchRecord batch, List<ToolCallRecord> calls) => Write(
        batch,
        """
        INSERT INTO tool_call (attempt_id, position, call_id, name, state, is_repeatable, starts, is_error, duration_in_ms, output_offset,
            output_length, output_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT (attempt_id, position) DO UPDATE SET state = excluded.state, starts = excluded.starts, is_error = excluded.is_error,
            duration_in_ms = excluded.duration_in_ms, output_offset = excluded.output_offset, output_length = excluded.output_length,
            output_digest = excluded.output_digest
        """,
        calls,
        (c, statement) =>
        {
            statement.Bind(1, RowKey.Of(batch.Id, c.Row));
            statement.Bind(2, (long)c.Position);
            statement.Bind(3, c.CallId);
            statement.Bind(4, c.Name);
            statement.Bind(5, Word<ToolCallState>.Of(c.State));
            statement.Bind(6, c.IsRepeatable ? 1L : 0L);
            statement.Bind(7, (long)c.Starts);
            statement.Bind(8, c.IsError ? 1L : 0L);
            statement.Bind(9, c.Duration is { } took ? (long)took.TotalMilliseconds : null);
            statement.Bind(10, c.OutputOffset);
            statement.Bind(11, c.OutputOffset is null ? null : (long)c.OutputLength);
            statement.Bind(12, c.OutputOffset is null ? null : c.OutputDigest);
        });

    /// <summary>Takes back that calls were begun: they did not run, and are run when it is their turn.</summary>
    internal void TakeBack(BatchRecord batch, List<ToolCallRecord> calls) => Write(
        batch,
        "DELETE FROM tool_call WHERE attempt_id = ?1 AND position = ?2",
        calls,
        (c, statement) =>
        {
            statement.Bind(1, RowKey.Of(batch.Id, c.Row));
            statement.Bind(2, (long)c.Position);
        });

    /// <summary>Records of conversations that they do not go on, and why.</summary>
    internal void End(BatchRecord batch, List<(long Row, string Why)> ends) => new BatchBooks(database).WriteRows(
        batch,
        "UPDATE attempt SET ends_for = ?2 WHERE id = ?1",
        ends,
        (e, statement) =>
        {
            statement.Bind(1, RowKey.Of(batch.Id, e.Row));
            statement.Bind(2, e.Why);
        },
        isCounted: true);

    private void Write(BatchRecord batch, string sql, List<ToolCallRecord> calls, Action<ToolCallRecord, LedgerStatement> bind)
        => new BatchBooks(database).WriteRows(batch, sql, calls, bind, isCounted: false);
}
