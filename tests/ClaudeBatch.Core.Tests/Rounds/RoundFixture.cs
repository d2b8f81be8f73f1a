using System.Text;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Rounds;

/// <summary>A job whose answers call tools, and its steps. The emulator refuses answers that do not come back byte for byte.</summary>
internal sealed class RoundFixture : IDisposable
{
    public RoundFixture(EmulatorPlan plan, Func<HttpMessageHandler, HttpMessageHandler>? between = null)
    {
        plan.Verbatim = true;
        plan.OddContent = true;
        Engine = new EngineFixture(plan, between);
    }

    /// <summary>Gives the answers in place of the plan; null for the plan's.</summary>
    public Func<AskedRequest, ScriptedAnswer?>? Answers { get; set; }

    public EngineFixture Engine { get; }

    public JobLedger Ledger => Engine.Ledger;

    public JobRecord Job => Engine.Job("job");

    public JobTotals Totals => Ledger.Jobs.Totals(Job);

    public JobState State => JobStates.Of(Ledger, Job);

    public static PreparedRequest Request(string id, string tools = "\"Get-Order\",\"Send-Refund\"", string extra = "")
    {
        const string schema = """{"type":"object","properties":{"Number":{"type":"integer"}},"required":["Number"]}""";
        string list = string.Join(
            ',', tools.Split(',').Select(static n => $$"""{"name":{{n}},"description":"It does.","input_schema":{{schema}}}"""));
        string item = $$$"""
            {"custom_id":"{{{id}}}","params":{"model":"claude-haiku-4-5","max_tokens":100,"tools":[{{{list}}}],{{{extra}}}"messages":[{"role":"user","content":"Hi {{{id}}}"}]}}
            """;
        return RequestLine.Parse(Encoding.UTF8.GetBytes(item.Trim()), "a test");
    }

    public void Seal(int rounds, params string[] ids) => Seal(rounds, ids.Select(static id => Request(id)));

    public void Seal(int rounds, IEnumerable<PreparedRequest> requests)
    {
        Engine.Seal("job", requests);
        Ledger.Jobs.SetRounds(Job, rounds, wait: null);
    }

    public JobStep Step(IToolBench? bench)
    {
        RoundPlanner planner = new(
            Ledger,
            static () => ModelCatalog.Shipped,
            static () => new RequestChecker(ModelCatalog.Shipped, new DateOnly(2026, 11, 28), ServiceConnection.DefaultApiVersion, []));
        return new JobStep(
            Ledger,
            new BatchRound(Ledger, Engine.Api, Script),
            new BatchCollector(Ledger, Engine.Api, Engine.Clock),
            new JobRounds(Ledger, planner, bench));
    }

    /// <summary>Takes steps, an hour apart, until none is due.</summary>
    public async Task<IReadOnlyList<RoundNote>> RunAsync(IToolBench? bench, int most = 20)
    {
        List<RoundNote> notes = [];
        for (int i = 0; i < most && Step(bench).IsDue(Job, isNamed: false); i++)
        {
            notes.AddRange(await Step(bench).RunAsync(Job, isAsked: false, CancellationToken.None));
            Engine.Clock.Advance(TimeSpan.FromHours(1));
        }

        return notes;
    }

    /// <summary>The last words of the job, by custom id.</summary>
    public IReadOnlyList<CollectedResult> Results()
    {
        using ResultReader reader = new(Ledger);
        return [.. reader.InOrder(Ledger.Batches.OfJob(Job.Id).Where(static b => b.State == BatchState.Collected))];
    }

    public string SentInRound(int round)
        => string.Join('\n', Ledger.Batches.OfJob(Job.Id).Where(b => b.Round == round)
            .Select(b => File.ReadAllText(Ledger.Folder.Spool(Job.Id, b.Part))));

    public void Dispose() => Engine.Dispose();

    private Task Script(BatchRecord part, CancellationToken cancellationToken)
    {
        AnswerStore store = new(Path.Combine(Engine.Root, "service"));
        string body = Ledger.Folder.Spool(part.JobId, part.Part);
        if (Answers is not null && !store.Has(body))
        {
            store.Fill(body, Answers);
        }

        return Task.CompletedTask;
    }
}
