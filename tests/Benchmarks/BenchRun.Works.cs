namespace ClaudeBatch.Benchmarks;

/// <summary>One run of each part: every contestant once, in turn.</summary>
internal sealed partial class BenchRun
{
    private CsvAnswers? _expected;

    private string Messages => BenchMessages.Rows(_options.Folder, _options.Count);

    private string RequestFile => BenchData.Requests(_options.Folder, 0, _options.Count);

    private async Task ImportOnceAsync(int run)
    {
        foreach (ModuleShell module in InTurn(run))
        {
            await MeasureAsync(run, Work.Import, module.Who, module.ImportAsync());
        }
    }

    private async Task JourneyOnceAsync(int run)
    {
        BenchMessages.WriteAnswers(_options.Folder, _options.Count);
        string rows = Messages;
        string output = PathOf("answered.csv");
        foreach (ModuleShell module in InTurn(run))
        {
            await TravelAsync(Work.JourneyByPipeline, Lines.SubmitRows(rows, "first") + Lines.Export("first", output));
            if (module.ReadsRows && module.ExportsJobs)
            {
                await TravelAsync(Work.JourneyDirect, Lines.SubmitRowsDirect(rows, "first") + Lines.ExportDirect("first", output));
            }

            async Task TravelAsync(Work work, string line)
            {
                module.Clear();
                await MeasureAsync(run, work, module.Who, module.RunAsync(line, Lines.Answers("first")));
                CheckAnswers(output);
            }
        }

        if (_peers.HasNode)
        {
            await MeasureAsync(run, Work.JourneyByPipeline, Contestant.TypeScript, _peers.JourneyAsync(rows, output));
            CheckAnswers(output);
        }
    }

    private async Task RowsOnceAsync(int run)
    {
        string rows = Messages;
        string import = Lines.Import(rows);
        foreach (ModuleShell module in InTurn(run))
        {
            module.Clear();
            await MeasureAsync(run, Work.RowsByPipeline, module.Who, module.RunAsync(
                Lines.SubmitRows(rows, "second"), Lines.Requests("second"), import + Lines.SubmitRows(rows, "first"), without: import));
            if (module.ReadsRows)
            {
                // It has no Import-Csv whose time could be taken off.
                module.Clear();
                await MeasureAsync(run, Work.RowsDirect, module.Who, module.RunAsync(
                    Lines.SubmitRowsDirect(rows, "second"), Lines.Requests("second"), Lines.SubmitRowsDirect(rows, "first")));
            }
        }
    }

    private async Task RoundsOnceAsync(int run)
    {
        int count = Math.Max(1, _options.Count / 10);
        string rows = BenchMessages.Rows(_options.Folder, count);
        foreach (ModuleShell module in InTurn(run).Where(static m => m.RunsTools))
        {
            module.Clear();
            await RunAsync(Work.OneBatch, "talk", Lines.Answers("first"));
            module.Clear();
            await RunAsync(Work.ThreeRounds, BenchServer.Calling, Lines.ToolCalls("first", count));

            Task RunAsync(Work work, string ids, string answers)
                => MeasureAsync(run, work, module.Who, module.RunAsync(Lines.InvokeWithTool(rows, ids, "first"), answers, Lines.Tool), count: count);
        }
    }

    private async Task ExportOnceAsync(int run)
    {
        BenchMessages.WriteAnswers(_options.Folder, _options.Count);
        string rows = Messages;
        string csv = PathOf("answered.csv");
        string jsonLines = PathOf("answered.jsonl");
        string page = PathOf("report.html");
        foreach (ModuleShell module in InTurn(run))
        {
            // The jobs stay from run to run: exports change nothing.
            if (run == 0)
            {
                module.Clear();
                await module.RunAsync(Lines.SubmitRows(rows, "first") + Lines.SubmitRows(rows, "second") + Lines.Collect("first") + Lines.Collect("second"), "0");
            }

            await ExportAsync(Work.ExportCsv, Lines.Export("first", csv), Lines.Export("second", csv));
            CheckAnswers(csv);
            await ExportAsync(Work.ExportJsonLines, Lines.Export("first", jsonLines), Lines.Export("second", jsonLines));
            Check($"{module.Who} wrote lines", File.ReadLines(jsonLines).LongCount(), _options.Count);
            if (module.ExportsJobs)
            {
                await ExportAsync(Work.ExportDirect, Lines.ExportDirect("first", csv), Lines.ExportDirect("second", csv));
                CheckAnswers(csv);
            }

            if (module.WritesReports)
            {
                await ExportAsync(Work.Report, Lines.Report("first", page), Lines.Report("second", page));
            }

            Task ExportAsync(Work work, string first, string second)
            {
                File.Delete(csv);
                File.Delete(jsonLines);
                return MeasureAsync(run, work, module.Who, module.RunAsync(second, Lines.Answers("second"), first));
            }
        }
    }

    private async Task CollectOnceAsync(int run)
    {
        string requests = RequestFile;
        foreach (ModuleShell module in InTurn(run))
        {
            module.Clear();
            await module.RunAsync(Lines.Submit(requests, "first"), "0");
            await ReadAsync(Work.Collect, "first");
            await ReadAsync(Work.ReadAgain, "first");
            await ReadAsync(Work.CollectWarm, "third", Lines.Submit(requests, "second") + Read("second") + Lines.Submit(requests, "third"));
            await ReadAsync(Work.ReadAgainWarm, "third", Read("second"));

            Task ReadAsync(Work work, string job, string before = "") => MeasureAsync(run, work, module.Who, module.RunAsync(Read(job), Lines.Answers(job), before));
        }

        ModuleShell ours = InTurn(run).First(static m => m.Who == Contestant.Ours);
        string ready = Lines.Ready(_options.Count);
        string texts = Lines.ReadReadyTexts(_options.Count);
        await MeasureAsync(run, Work.ShellAlone, Contestant.Ours, ours.RunAsync(texts, "$ready.Count", ready));
        await MeasureAsync(run, Work.ShellAloneWarm, Contestant.Ours, ours.RunAsync(texts, "$ready.Count", ready + texts));
        await MeasureAsync(run, Work.Collect, Contestant.CSharp, _peers.CSharpAsync("sdk-collect", await ServedAsync()));
        if (_peers.HasNode)
        {
            await MeasureAsync(run, Work.Collect, Contestant.TypeScript, _peers.TypeScriptAsync("collect", await ServedAsync()));
        }

        await MeasureAsync(run, Work.Collect, Contestant.Floor, _peers.FloorAsync("raw-collect", await ServedAsync(), PathOf("floor")), isCounted: false);

        string Read(string job) => Lines.ReadTexts(job, _options.Count);

        Task<string> ServedAsync() => PostAsync($"/bench/batch/{_options.Count}");
    }

    private async Task SubmitOnceAsync(int run)
    {
        string requests = RequestFile;
        foreach (ModuleShell module in InTurn(run))
        {
            module.Clear();
            await SubmitAsync(module.Who, () => module.RunAsync(Lines.Submit(requests, "first"), Lines.Requests("first")));
            module.Clear();
            await MeasureAsync(run, Work.SubmitWarm, module.Who, module.RunAsync(Lines.Submit(requests, "second"), Lines.Requests("second"), Lines.Submit(requests, "first")));
            module.Clear();
        }

        await MeasureAsync(run, Work.Submit, Contestant.Floor, _peers.FloorAsync("raw-submit", requests), isCounted: false);
        await SubmitAsync(Contestant.LeanCSharp, () => _peers.CSharpAsync("sdk-submit-lean", requests));
        await SubmitAsync(Contestant.CSharp, () => _peers.CSharpAsync("sdk-submit", requests));
        if (_peers.HasNode)
        {
            await SubmitAsync(Contestant.TypeScript, () => _peers.TypeScriptAsync("submit", requests));
        }

        string ledger = PathOf("ledger-alone");
        await MeasureAsync(run, Work.Ledger, Contestant.Ours, _peers.LedgerAsync(ledger, _options.Count));
        Directory.Delete(ledger, recursive: true);

        async Task SubmitAsync(Contestant who, Func<Task<Measurement>> measure)
        {
            await GetAsync("/bench/digests");
            await MeasureAsync(run, Work.Submit, who, measure());
            _report.AddReceived(who, await GetAsync("/bench/digests"));
        }
    }

    private void CheckAnswers(string file)
    {
        _expected ??= CsvAnswers.Expected(_options.Count);
        CsvAnswers written = CsvAnswers.Of(file);
        if (written != _expected)
        {
            throw new InvalidOperationException($"'{file}' has other rows or answers than it should: {written}, and not {_expected}.");
        }
    }
}
