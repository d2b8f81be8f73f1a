using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Sessions;

/// <summary>Shows one progress bar for each job, and under it one for each of its first four running batches.</summary>
internal sealed class JobProgress(TimeProvider clock, Action<ProgressRecord> writeRecord)
{
    // High enough not to meet the ids of progress bars that a script writes itself.
    private const int FirstId = 20260;

    private const int BatchesShown = 4;

    private const int IdsPerJob = BatchesShown + 1;

    private readonly Dictionary<string, int> _jobs = [];

    private readonly HashSet<int> _shown = [];

    /// <param name="batches">All batches that are waited for, including those that have ended.</param>
    public void Update(IEnumerable<BatchRecord> batches)
    {
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

    private void UpdateJob(int id, IReadOnlyList<BatchRecord> batches)
    {
        long requests = batches.Sum(static b => (long)b.RequestCount);
        long done = batches.Sum(Done);
        BatchRecord[] running = [.. batches.Where(static b => !b.State.IsOver())];
        Write(id, -1, $"Job '{batches[0].Job}'", done, requests, string.Create(
            CultureInfo.CurrentCulture,
            $"{done:N0} of {requests:N0} requests, {batches.Count - running.Length} of {batches.Count} batches "
                + $"ended{Age(batches.Min(static b => b.CreatedAt))}"));
        for (int i = 0; i < BatchesShown; i++)
        {
            int child = id + 1 + i;
            if (i < running.Length && batches.Count > 1)
            {
                BatchRecord batch = running[i];
                Write(child, id, $"Part {batch.Part}", Done(batch), batch.RequestCount, string.Create(
                    CultureInfo
                        .CurrentCulture, $"{batch.State}, {Done(batch):N0} of {batch.RequestCount:N0} requests{Age(batch.CreatedAt)}"));
            }
            else if (_shown.Remove(child))
            {
                writeRecord(
                    new ProgressRecord(child, "Waiting", "Done") { ParentActivityId = id, RecordType = ProgressRecordType.Completed });
            }
        }
    }

    private static long Done(BatchRecord batch) => batch.State.IsOver() ? batch.RequestCount : batch.RequestCount - batch.Counts.Processing;

    private string Age(DateTime? since)
    {
        if (since is not { } begin)
        {
            return string.Empty;
        }

        TimeSpan age = clock.GetUtcNow().UtcDateTime - begin;
        string text = age.TotalHours >= 1 ? $"{(int)age.TotalHours} h {age.Minutes} min"
            : age.TotalMinutes >= 1 ? $"{age.Minutes} min"
            : $"{Math.Max(0, age.Seconds)} s";
        return $", {text}";
    }

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
