using System.Globalization;

namespace ClaudeBatch.Benchmarks;

/// <summary>How time and memory grow with a job, with a ledger, and with the batches that are asked about.</summary>
internal sealed partial class BenchRun
{
    // What must stay free of the disk, whatever the payloads take.
    private const double Reserve = 5e9;

    private async Task GrowAsync()
    {
        foreach (int size in _options.Growth)
        {
            for (int run = 1; run <= _options.Runs; run++)
            {
                Say($"{size} requests, run {run} of {_options.Runs}");
                await GrowOnceAsync(size);
            }
        }
    }

    private async Task GrowOnceAsync(int size)
    {
        string rows = BenchMessages.Rows(_options.Folder, size);
        string output = PathOf("answered.csv");
        (Measurement submitted, Measurement collected) = await PassAsync(size);
        Measurement exported = await ExportAsync(Lines.SubmitRows(rows, "first", hasIds: false) + Lines.Export("first", output));
        Measurement? direct = _ours.ReadsRows && _ours.ExportsJobs
            ? await ExportAsync(Lines.SubmitRowsDirect(rows, "first", hasIds: false) + Lines.ExportDirect("first", output))
            : null;
        _ours.Clear();
        _report.Growth.Add(size, new Growth(submitted, collected, exported, direct));

        async Task<Measurement> ExportAsync(string line)
        {
            _ours.Clear();
            Measurement taken = await _ours.RunAsync(line, Lines.Answers("first"), isWatched: true);
            Check("The rows went to the file", taken.Count, size);
            File.Delete(output);
            await PostAsync("/bench/forget");
            return taken;
        }
    }

    private async Task<(Measurement Submitted, Measurement Collected)> PassAsync(int size)
    {
        string requests = BenchData.Requests(_options.Folder, 0, size);
        _ours.Clear();
        return await PassAsync(requests, "first", size);
    }

    private async Task<(Measurement Submitted, Measurement Collected)> PassAsync(string requests, string job, int size)
    {
        Measurement submitted = await _ours.RunAsync(Lines.Submit(requests, job), Lines.Requests(job), isWatched: true);
        Check("The requests were submitted", submitted.Count, size);
        Measurement collected = await _ours.RunAsync(Lines.Collect(job), Lines.Answers(job), isWatched: true);
        Check("The answers were collected", collected.Count, size);
        return (submitted, collected);
    }

    // Fills one ledger with large jobs, and then asks what there is to do.
    private async Task FillAsync()
    {
        if (_options.Jobs == 0)
        {
            return;
        }

        _ours.Clear();
        int kept = 0;
        for (int job = 0; job < _options.Jobs; job++)
        {
            Say($"Job {job + 1} of {_options.Jobs}, {_options.JobSize} requests");
            int first = job * _options.JobSize;
            // The requests and their copy in the ledger take 2.5 KB each, the answers and theirs 1 KB.
            for (; kept < job && new DriveInfo(_options.Folder).AvailableFreeSpace < (7_000.0 * _options.JobSize) + Reserve; kept++)
            {
                Say($"The payloads of job {kept + 1} are removed, for lack of room.");
                await _ours.RunAsync($"Remove-ClaudeBatchJob job-{kept} -Confirm:$false", "0");
            }

            string requests = BenchData.Requests(_options.Folder, first, _options.JobSize);
            (Measurement submitted, Measurement collected) = await PassAsync(requests, $"job-{job}", _options.JobSize);
            _report.Growth.AddJob(submitted, collected);
            BenchData.Remove(_options.Folder, first, _options.JobSize);
            await PostAsync("/bench/forget");
        }

        for (int run = 0; run < _options.Runs; run++)
        {
            _report.Growth.AddResumed(await _ours.RunAsync("Resume-ClaudeBatch -WarningAction Ignore", "(Get-ClaudeBatchJob).Count"));
        }

        _report.Growth.SetRemoved(kept);
        _ours.Clear();
    }

    // Counts the calls of one polling round over a thousand running batches.
    private async Task PollAsync()
    {
        const int Batches = 1_000;
        Say($"{Batches} unfinished batches");
        _ours.Clear();
        await PostAsync("/bench/hold/true");
        string file = BenchData.Requests(_options.Folder, 0, Batches);
        await _ours.RunAsync($"Submit-ClaudeBatch -Path '{file}' -Job polled -MaxRequestsPerBatch 1 -WarningAction Ignore", "0");
        await CallsAsync();
        Measurement round = await _ours.RunAsync("Resume-ClaudeBatch -Job polled -WarningAction Ignore", "(Get-ClaudeBatch -Job polled -Local).Count");
        _report.Growth.SetPolling(round, await CallsAsync());
        await PostAsync("/bench/hold/false");
        await PostAsync("/bench/forget");

        async Task<int> CallsAsync() => int.Parse(await GetAsync("/bench/calls"), CultureInfo.InvariantCulture);
    }
}
