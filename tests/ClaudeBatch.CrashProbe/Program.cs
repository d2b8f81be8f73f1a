using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Uploads;
using ClaudeBatch.CrashProbe;
using ClaudeBatch.Emulator;

// Does what the cmdlets do, in a process that stops at a given milestone so that a test can kill it exactly there.
Options options = new(args);
int passed = 0;
bool isAfter = options.After is null;
Milestone.Passed = name =>
{
    bool counts = isAfter;
    isAfter |= name == options.After;
    if (!counts || name != options.StopAt || passed++ != options.Skip)
    {
        return;
    }

    Console.WriteLine($"at {name}");
    Console.ReadLine();
};

TimeProvider clock = new EmulatorClock(TimeProvider.System, options.Speed);
try
{
    ServiceConnection connection = new(options.Server, KeylessCredential.Of(options, clock));
    if (options.Command == "renew")
    {
        await TokenRenewal.RunAsync(options);
        return 0;
    }

    using JobLedger ledger = JobLedger.OpenOrCreate(new LedgerFolder(options.Ledger), clock);
    using BatchApi api = new(connection, HttpTransport.Create(), clock);
    Probe probe = new(ledger, api, options);
    await probe.RunAsync();
    return 0;
}
catch (ClaudeBatchException failure)
{
    await Console.Error.WriteLineAsync($"{failure.Id}: {failure.Message}");
    return 1;
}

/// <summary>Runs the command that the options name.</summary>
internal sealed class Probe(JobLedger ledger, BatchApi api, Options options)
{
    private readonly BatchRound _round = new(ledger, api);

    public Task RunAsync() => options.Command switch
    {
        "submit" => SubmitAsync(),
        "steps" => StepsAsync(),
        "finish" => FinishAsync(),
        "end" => EndAsync(),
        "settle" => SettleAsync(),
        "report" => ReportAsync(),
        "cancel" => ForEachBatchAsync(static (control, batch) => control.CancelAsync(batch, default)),
        "delete" => ForEachBatchAsync(static (control, batch) => control.DeleteAsync(batch, default)),
        _ => throw new ArgumentException($"There is no command '{options.Command}'."),
    };

    // Does what a user does after a crash: runs the same submission again, and then steps until the job is finished.
    private async Task FinishAsync()
    {
        await SubmitAsync();
        await StepsAsync();
    }

    private JobEnds Ends => new(ledger, new JobStep(ledger, _round, new BatchCollector(ledger, api, ledger.Clock)));

    private Task ReportAsync()
    {
        using EndReport report = new(ledger, isBooked: true);
        if (Ends.Unreported(Job) is { } end)
        {
            Console.WriteLine("told");
            report.Add(Job, end);
        }

        report.BookAtExit();
        Milestone.Pass("end-told");
        return Task.CompletedTask;
    }

    private Task EndAsync()
    {
        JobEnds ends = Ends;
        ends.Settle(Job, (job, claim) => Console.WriteLine($"handled {job.Name}, {(claim is null ? "new" : $"begun by {claim}")}"));
        Console.WriteLine($"owed {ends.IsOwed(Job)}");
        return Task.CompletedTask;
    }

    private async Task StepsAsync()
    {
        JobStep step = new(ledger, _round, new BatchCollector(ledger, api, ledger.Clock), Rounds);
        DateTimeOffset limit = ledger.Clock.GetUtcNow().AddDays(2);
        while (step.IsDue(Job, isNamed: true) && ledger.Clock.GetUtcNow() < limit)
        {
            foreach (RoundNote note in await step.RunAsync(Job, isAsked: true, default))
            {
                Console.WriteLine($"note {note.Weight} {note.Failure?.Id}: {note.Message}");
            }

            if (JobStates.Of(ledger, Job, ledger.Batches.OfJob(Job.Id)) == JobState.Ambiguous)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromSeconds(12), ledger.Clock);
        }

        BookCheck books = new Reconciler(ledger).Check(Job);
        Console.WriteLine($"state {JobStates.Of(ledger, Job, ledger.Batches.OfJob(Job.Id))}");
        Console.WriteLine($"reconciled {books.IsReconciled}");
        Console.WriteLine($"succeeded {books.Totals.Succeeded} of {books.Totals.Requests}");
        foreach (BookProblem problem in books.Problems)
        {
            Console.WriteLine($"problem {problem.Kind}: {problem.Message}");
        }
    }

    // Says of each call without an outcome whether it has run: the tools have counted it.
    private Task SettleAsync()
    {
        ToolSettler settler = new(ledger);
        string[] ran = File.ReadAllLines(options.ToolsFile!);
        foreach ((_, ToolCallRecord call) in settler.Unknown(Job))
        {
            if (ran.Contains($"{call.Name} {call.CallId}"))
            {
                settler.Ran(Job, call.CallId, $"{call.Name} ran", isError: false);
            }
            else
            {
                settler.DidNotRun(Job, call.CallId);
            }

            Console.WriteLine($"settled {call.CallId}");
        }

        return Task.CompletedTask;
    }

    private JobRounds? Rounds => options.ToolsFile is null ? null : new JobRounds(
        ledger,
        new RoundPlanner(
            ledger,
            static () => ModelCatalog.Shipped,
            static () => new RequestChecker(ModelCatalog.Shipped, new DateOnly(2026, 11, 28), ServiceConnection.DefaultApiVersion, [])),
        new CountedTools(options.ToolsFile));

    private JobRecord Job => ledger.Jobs.Find(options.Job)!;

    private async Task SubmitAsync()
    {
        SealedInput input = Seal();
        if (options.ToolsFile is not null)
        {
            ledger.Jobs.SetRounds(Job, maxRounds: 5, wait: null);
        }

        RoundReport report = await _round.DeliverAsync(
            input.ExistingBatches.Concat(input.NewBatches).Select(static b => b.Id), sent: null, CancellationToken.None);
        foreach (RoundNote note in report.Notes)
        {
            Console.WriteLine($"note {note.Weight} {note.Failure?.Id}: {note.Message}");
        }
    }

    private static byte[] Tools()
    {
        const string schema = """{"type":"object","properties":{"Number":{"type":"integer"}},"required":["Number"]}""";
        IEnumerable<string> tools = new[] { CountedTools.Reads, CountedTools.Changes }
            .Select(static name => $$"""{"name":"{{name}}","description":"It does.","input_schema":{{schema}}}""");
        return Encoding.UTF8.GetBytes($"[{string.Join(',', tools)}]");
    }

    private SealedInput Seal()
    {
        using RequestTemplate template = new("claude-haiku-4-5", 100, options.ToolsFile is null ? [] : [("tools", Tools())]);
        using JobInput input = JobInput.Open(ledger, new JobInputOptions
        {
            Name = options.Job,
            Connection = api.Connection,
            Limits = new SpoolLimits(options.RowsPerPart),
            MaxAttempts = options.MaxAttempts,
            SendsAgain = options.SendAgain,
            IdOfFile = (job, file) => new FileUploader(ledger, api, Console.WriteLine)
                .IdOfAsync(job, file, UploadTerms.For(options.MaxAttempts, 1), default).GetAwaiter().GetResult(),
        });
        Attachment[] document = options.Document is { } path ? [Attachment.Uploaded(path, isImage: false)] : [];
        for (int row = 0; row < options.Rows; row++)
        {
            PreparedRequest request = template.Render($"row-{row}", new string('x', options.RowSize), document);
            input.Add(
                request.CustomId, request.Utf8.Span, Encoding.UTF8.GetBytes($$"""{"row":{{row}}}"""), uploads: request.Uploads);
            Milestone.Pass("reading-input");
        }

        return input.Seal();
    }

    private async Task ForEachBatchAsync(Func<BatchControl, BatchRecord, Task<BatchRecord>> work)
    {
        foreach (BatchRecord batch in ledger.Batches.OfJob(Job.Id))
        {
            BatchRecord now = await work(new BatchControl(ledger, api), batch);
            Console.WriteLine($"batch {now.Key} {now.State}");
        }
    }
}
