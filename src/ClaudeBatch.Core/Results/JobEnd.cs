using System.Globalization;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>How a job has ended, in a line: what was answered, what is incomplete or failed and why, what it cost, and what to do next.</summary>
public sealed class JobEnd
{
    internal const string NeverAccepted = "never accepted by the service";

    internal const string OfUnknownOutcome = "of unknown outcome";

    private const string Canceled = "canceled";

    private const string FailedCalls = "calls of tools were told as errors";

    private const string CallsTools = "ending with calls of tools";

    private readonly JobRecord _job;

    private readonly Dictionary<string, long> _failures = new(StringComparer.Ordinal);

    private readonly Dictionary<string, long> _incomplete = new(StringComparer.Ordinal);

    private long _answered;

    private long _uncollected;

    private long _failedCalls;

    private bool _mayRetry;

    private bool _isUnsent;

    private bool _waitsForOperator;

    private long? _cost;

    private JobEnd(JobRecord job, long requests) => (_job, Requests) = (job, requests);

    public long Requests { get; }

    public long Failed => _failures.Values.Sum();

    public long Incomplete => _incomplete.Values.Sum();

    /// <summary>The share of the requests, 0 to 1, that have no answer, or one that cannot be used.</summary>
    public double UnusableRatio => Requests == 0 ? 0 : (double)(Failed + Incomplete) / Requests;

    /// <summary>Sums up a job.</summary>
    /// <returns>Null while a batch of the job goes on, waits to be sent, or waits for somebody, or answers wait for their tools.</returns>
    public static JobEnd? Of(JobLedger ledger, JobRecord job)
    {
        IReadOnlyList<BatchTally> batches = ledger.Jobs.Tallies(job);
        if (job.SealedAt is null || batches.Count == 0
            || batches.Any(b => !b.Batch.State.IsOver() || b.Batch.IsAmbiguous || JobBooks.WaitingOf(job, b) > 0))
        {
            return null;
        }

        JobEnd end = new(job, JobBooks.Totals(job, batches).Requests)
        {
            _failedCalls = job.MaxRounds is null ? 0 : ledger.Tools.CountErrors(job),
            _cost = batches.Aggregate((long?)0, static (sum, b) => sum + b.CostInPicodollars),
        };
        foreach (BatchTally batch in batches)
        {
            end.Add(ledger, batch);
        }

        return end;
    }

    /// <summary>The line that closes a job, with what to do next.</summary>
    public string Sentence() => $"{Summary()} Next: {Next()}";

    /// <summary>What was answered and what it cost, as a sentence.</summary>
    public string Summary()
    {
        string incomplete = Incomplete == _answered ? "all" : Inv($"{Incomplete:N0}");
        string answered = Inv($"{_answered:N0} of {Requests:N0} answered{Listed(_incomplete, incomplete)}");
        string failed = _failures.Count == 0 ? string.Empty : Inv($", {Failed:N0} failed{Listed(_failures, null)}");
        string calls = _failedCalls == 0 ? string.Empty
            : Inv($"; {_failedCalls:N0} {(_failedCalls == 1 ? "call of a tool was told as an error" : FailedCalls)}");
        string cost = _uncollected > 0 ? string.Empty
            : _cost is { } known ? $"; {PriceList.Text(PriceList.ToDollars(known))}"
            : "; what it cost is not known";
        return $"Job '{_job.Name}' has ended: {answered}{failed}{calls}{cost}.";
    }

    /// <summary>The warning or the error that too many requests have no usable answer.</summary>
    public string Complaint()
    {
        string failed = Inv($"{Failed:N0} failed");
        string incomplete = Inv($"{Incomplete:N0} have an answer that cannot be used as it is");
        string what = Incomplete == 0 ? failed : Failed == 0 ? incomplete : $"{failed} and {incomplete}";
        return Inv($"Of the {Requests:N0} requests of job '{_job.Name}' {what}: {UnusableRatio * 100:0.#} %.");
    }

    private string Next() => _uncollected > 0 || _failures.Count + _incomplete.Count == 0 ? $"Get-ClaudeBatchResult -Job {_job.Name}"
        : _waitsForOperator ? $"Invoke-ClaudeBatchRetry -Job {_job.Name} -FailureClass OperatorFixable, once the account is mended"
        : _mayRetry ? $"Invoke-ClaudeBatchRetry -Job {_job.Name}"
        : _failures.ContainsKey(Canceled) ? $"Invoke-ClaudeBatchRetry -Job {_job.Name} -Status Canceled"
        : _isUnsent ? $"Compare-ClaudeBatch -Job {_job.Name}"
        : _failures.Count == 0 && _job.MaxRounds is null && _incomplete.Keys.SequenceEqual([CallsTools])
            ? $"Resume-ClaudeBatch -Job {_job.Name} -Tool …"
        : _failures.Count == 0 ? $"Get-ClaudeBatchResult -Job {_job.Name} -Status Incomplete"
        : $"Get-ClaudeBatchResult -Job {_job.Name} | Where-Object IsComplete -eq $false";

    private void Add(JobLedger ledger, BatchTally tally)
    {
        BatchRecord batch = tally.Batch;
        // The ledger has no rows for the requests of another tool's batch until its answers are collected.
        long unknown = batch.MadeElsewhere && tally.Requests == 0 ? batch.RequestCount
            : tally.Last.Where(static c => c.Outcome is null).Sum(static c => c.Count);
        if (!batch.State.IsFinal() && unknown > 0 && batch.ResultsDigest is null)
        {
            // Only the service's counts tell how they ended.
            _uncollected += unknown;
            _answered += batch.Counts.Succeeded;
            Add(_failures, "errored", batch.Counts.Errored);
            Add(_failures, "expired", batch.Counts.Expired);
            Add(_failures, Canceled, batch.Counts.Canceled);
            return;
        }

        long answered = tally.Last.Where(static c => c.Outcome == Outcome.Succeeded).Sum(static c => c.Count);
        _answered += answered;
        if (tally.Last.Sum(static c => c.Count) == answered && tally.Incomplete == 0)
        {
            return;
        }

        foreach (EndCount count in ledger.Attempts.Ends(batch))
        {
            Add(count.Outcome == Outcome.Succeeded ? _incomplete : _failures, WordsOf(count), count.Count);
            _waitsForOperator |= count.FailureClass == FailureClass.OperatorFixable;
            _mayRetry |= count.FailureClass == FailureClass.Transient;
        }

        bool isUnsent = batch.State is BatchState.Rejected or BatchState.Abandoned;
        _isUnsent |= isUnsent && unknown > 0;
        Add(_failures, isUnsent ? NeverAccepted : OfUnknownOutcome, unknown);
    }

    /// <summary>Why requests have no answer, or one that cannot be used, in a few words.</summary>
    internal static string WordsOf(EndCount count) => count.Outcome switch
    {
        Outcome.Succeeded when count.IsNotAccepted => "not accepted",
        Outcome.Succeeded => count.StopReason switch
        {
            "max_tokens" => "cut at max_tokens",
            "model_context_window_exceeded" => "cut at the context window",
            "refusal" => "refused by the model",
            "pause_turn" => "paused",
            "tool_use" => CallsTools,
            _ => "not in the form asked for",
        },
        Outcome.Errored => count.ErrorType ?? "errored",
        Outcome.Canceled => Canceled,
        Outcome.Expired => "expired",
        Outcome.Missing => "left out of the results",
        _ => OfUnknownOutcome,
    };

    private static void Add(Dictionary<string, long> reasons, string reason, long count)
    {
        if (count > 0)
        {
            reasons[reason] = reasons.GetValueOrDefault(reason) + count;
        }
    }

    // One reason needs no count of its own.
    private static string Listed(Dictionary<string, long> reasons, string? incomplete)
    {
        string what = reasons.Count == 1
            ? reasons.Keys.Single()
            : string.Join(", ", reasons.OrderByDescending(static r => r.Value).Select(static r => Inv($"{r.Value:N0} {r.Key}")));
        return reasons.Count == 0 ? string.Empty
            : incomplete is null ? $" ({what})"
            : reasons.Count == 1 ? $" ({incomplete} {what})"
            : $" ({incomplete} incomplete: {what})";
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
