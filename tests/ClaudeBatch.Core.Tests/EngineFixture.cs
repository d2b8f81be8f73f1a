using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests;

/// <summary>An engine with the emulator in the same process, in a folder of its own. Time passes when a test says so.</summary>
internal sealed class EngineFixture : IDisposable
{
    public EngineFixture(EmulatorPlan? plan = null, Func<HttpMessageHandler, HttpMessageHandler>? between = null, TimeSpan skew = default, Func<string, LedgerFolder>? folder = null, Func<EngineFixture, ServiceCredential>? credential = null)
    {
        Plan = plan ?? new EmulatorPlan();
        HttpMessageHandler service = new EmulatorHandler(Path.Combine(Root, "service"), Plan, Clock);
        Connection = new ServiceConnection(EmulatorHandler.BaseAddress, credential?.Invoke(this) ?? ApiCredential.FromKey("sk-ant-test"));
        InterferingHandler network = new(between?.Invoke(service) ?? service)
        {
            After = (request, response) =>
            {
                if (InterferingHandler.IsCreate(request))
                {
                    Between?.Invoke(response);
                }

                return response;
            },
        };
        Api = new BatchApi(Connection, network, Clock);
        string ledger = Path.Combine(Root, "ledger");
        Ledger = JobLedger.OpenOrCreate(folder?.Invoke(ledger) ?? new LedgerFolder(ledger), skew == default ? Clock : new SkewedClock(Clock, skew));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("claudebatch-engine-").FullName;

    /// <summary>Called after the service has made a batch and before the engine reads the reply.</summary>
    public Action<HttpResponseMessage>? Between { get; set; }

    public ImpatientClock Clock { get; } = new();

    public EmulatorPlan Plan { get; }

    public ServiceConnection Connection { get; }

    public BatchApi Api { get; }

    public JobLedger Ledger { get; }

    /// <summary>What Resume-ClaudeBatch runs for each job.</summary>
    public JobStep Step => new(Ledger, new BatchRound(Ledger, Api), new BatchCollector(Ledger, Api, Clock));

    public static PreparedRequest Request(string id, string prompt = "Hi", string model = "claude-haiku-4-5")
    {
        using RequestTemplate template = new(model, 100, []);
        return template.Render(id, prompt);
    }

    public JobInput OpenInput(string job, SpoolLimits? limits = null, bool sendAgain = false, int maxAttempts = 1, Staging? staging = null, RequestChecker? checker = null, ConflictRule onConflict = ConflictRule.Refuse)
        => JobInput.Open(Ledger, new JobInputOptions
        {
            Name = job,
            Connection = Connection,
            Limits = limits ?? new SpoolLimits(),
            SendsAgain = sendAgain,
            OnConflict = onConflict,
            MaxAttempts = maxAttempts,
            Staging = staging,
            Checker = checker,
        });

    public SealedInput Seal(string job, IEnumerable<PreparedRequest> requests, SpoolLimits? limits = null, bool sendAgain = false)
    {
        using JobInput input = OpenInput(job, limits, sendAgain);
        return Seal(input, requests);
    }

    public static SealedInput Seal(JobInput input, IEnumerable<PreparedRequest> requests)
    {
        foreach (PreparedRequest request in requests)
        {
            input.Add(request.CustomId, request.Utf8.Span, """{"row":1}"""u8);
        }

        return input.Seal();
    }

    public SealedInput Seal(string job, params string[] ids) => Seal(job, ids.Select(static id => Request(id)));

    public Task<SendResult> SendAsync(BatchRecord batch) => new BatchSender(Ledger, Api).SendAsync(batch.Id, null, CancellationToken.None);

    /// <summary>Sends a batch, moves the time past its end, and collects its results.</summary>
    public async Task<BatchRecord> RunAsync(BatchRecord batch)
    {
        await SendAsync(batch);
        Clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(Ledger, Api, Clock).RefreshAsync(Ledger.Batches.Get(batch.Id), CancellationToken.None);
        return await CollectAsync(batch);
    }

    public Task<BatchRecord> CollectAsync(BatchRecord batch)
        => new BatchCollector(Ledger, Api, Clock).CollectAsync(batch.Id, null, CancellationToken.None);

    public async Task<IReadOnlyList<MessageBatch>> AtServiceAsync()
        => (await Api.ListAsync(1000, null, CancellationToken.None)).Value.Data;

    public JobRecord Job(string name) => Ledger.Jobs.Find(name)!;

    public BatchRecord Now(BatchRecord batch) => Ledger.Batches.Get(batch.Id);

    /// <summary>Records something else of a batch, as another process would.</summary>
    public BatchRecord Change(BatchRecord batch, Func<BatchRecord, BatchRecord> to)
    {
        Ledger.Batches.Change(Now(batch), to(Now(batch)));
        return Now(batch);
    }

    /// <summary>Gives the words of all events of a kind in the journal.</summary>
    public string[] Journal(EventKind kind)
        => [.. Ledger.Events.Read(null, null, 0, 1000).Where(e => e.Kind == kind.ToString()).Select(static e => e.Message)];

    public void Dispose()
    {
        Ledger.Dispose();
        Api.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
