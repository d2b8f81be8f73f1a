using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Sessions;

/// <summary>Shows one progress bar for each job, and under it one for each of its first four running batches.</summary>
/// <param name="ledger">Gives the jobs, and how long batches have taken before.</param>
/// <param name="writeRecord">Writes a progress record.</param>
internal sealed class JobProgress(JobLedger ledger, Action<ProgressRecord> writeRecord)
{
    // High enough not to meet the ids of progress bars that a script writes itself.
    private const int FirstId = 20260;

    private const int BatchesShown = 4;

    private const int IdsPerJob = BatchesShown + 1;

    private readonly Dictionary<string, int> _jobs = [];

    private readonly HashSet<int> _shown = [];

    private ExpectedEnd? _expected;

    /// <param name="batches">All batches that are waited for, including those that have ended.</param>
    public void Update(IEnumerable<BatchRecord> batches)
    {
        _expected ??= new ExpectedEnd(ledger.Batches.Durations());
        foreach (IGrouping<string, BatchRecord> job in batches.GroupBy(static b => b.Job))
        {
            if (!_jobs.TryGetValue(job.Key, out int place))
            {
                place = _jobs.Count;
                _jobs.Add(job.Key, place);
            }

            UpdateJob(FirstId + (place * IdsPerJob), [.. job]);
        }
    }

    /// <summary>Removes all bars.</summary>
    public void Complete()
    {
        foreach (int id in _shown.OrderDescending())
        {
            writeRecord(new ProgressRecord(id, "Waiting", "Done") { RecordType = ProgressRecordType.Completed });
        }

        _shown.Clear();
    }

    private void UpdateJob(int id, BatchRecord[] batches)
    {
        // A request that is tried again is in two batches, and waits in the later one.
        JobRecord job = ledger.Jobs.Get(batches[0].JobId);
        long requests = Math.Min(batches.Sum(static b => (long)b.RequestCount), Math.Max(1, job.SealedRows - job.RefusedRows));
        long done = requests - Math.Min(requests, batches.Sum(static b => (long)Waiting(b)));
        BatchRecord[] running = [.. batches.Where(static b => !b.State.IsOver())];
        Write(id, -1, $"Job '{batches[0].Job}'", done, requests, string.Create(
            CultureInfo.CurrentCulture,
            $"{done:N0} of {requests:N0} requests{Times(running, batches)}, {batches.Length - running.Length} of {batches.Length} batches ended"));
        for (int i = 0; i < BatchesShown; i++)
        {
            int child = id + 1 + i;
            if (i < running.Length && batches.Length > 1)
            {
                BatchRecord batch = running[i];
                int ready = batch.RequestCount - Waiting(batch);
                Write(child, id, $"Part {batch.Part}", ready, batch.RequestCount, string.Create(
                    CultureInfo.CurrentCulture, $"{batch.State}, {ready:N0} of {batch.RequestCount:N0} requests{Times([batch], [batch])}"));
            }
            else if (_shown.Remove(child))
            {
                writeRecord(
                    new ProgressRecord(child, "Waiting", "Done") { ParentActivityId = id, RecordType = ProgressRecordType.Completed });
            }
        }
    }

    private static int Waiting(BatchRecord batch)
        => batch.State.IsOver() ? 0 : batch.State.IsRunning() ? batch.Counts.Processing : batch.RequestCount;

    // The batches run side by side: the last one to be done ends the job. What is not sent yet may take any time.
    private string Times(BatchRecord[] running, BatchRecord[] all)
    {
        DateTime now = ledger.Clock.GetUtcNow().UtcDateTime;
        if (all.Min(static b => b.CreatedAt) is not { } begin)
        {
            return string.Empty;
        }

        TimeSpan?[] remaining = [.. running.Select(b => b.CreatedAt is null ? null : _expected!.Of(b, now))];
        string left = remaining.Length > 0 && remaining.All(static r => r is not null)
            ? $", expected remaining {InWords(remaining.Max()!.Value)}"
            : string.Empty;
        return $", elapsed {InWords(now - begin)}{left}";
    }

    private static string InWords(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min"
        : $"{Math.Max(0, time.Seconds)} s";

    private void Write(int id, int parent, string activity, long done, long all, string status)
    {
        _shown.Add(id);
        writeRecord(new ProgressRecord(id, activity, status)
        {
            ParentActivityId = parent,
            PercentComplete = all == 0 ? 0 : (int)(done * 100 / all),
        });
    }
}
