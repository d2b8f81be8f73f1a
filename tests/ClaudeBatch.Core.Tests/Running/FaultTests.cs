using System.Text.Json;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>
/// Whatever the service and the network do, the service gets each request once, and the job's counts are right at the end.
/// </summary>
public sealed class FaultTests : IDisposable
{
    private readonly EngineFixture _engine = new(new EmulatorPlan { Latency = TimeSpan.FromMinutes(10) });

    public void Dispose() => _engine.Dispose();

    public static TheoryData<string, EmulatorFault> Faults => new()
    {
        { "reply lost after accept", new EmulatorFault(FaultKind.LostReply) },
        { "reply lost after accept, twice", new EmulatorFault(FaultKind.LostReply) { Times = 2 } },
        { "reply cut", new EmulatorFault(FaultKind.ReplyCut) },
        { "body cut", new EmulatorFault(FaultKind.BodyCut) },
        { "500 with accept", new EmulatorFault(FaultKind.Refuse) { Status = 500, Accept = true } },
        { "500 without accept", new EmulatorFault(FaultKind.Refuse) { Status = 500 } },
        { "504 page with accept", new EmulatorFault(FaultKind.Refuse) { Status = 504, ErrorBody = false, Accept = true } },
        { "408 without accept", new EmulatorFault(FaultKind.Refuse) { Status = 408 } },
        { "409 with accept", new EmulatorFault(FaultKind.Refuse) { Status = 409, Accept = true } },
        { "529 of the service", new EmulatorFault(FaultKind.Refuse) { Status = 529, RetryAfter = 20 } },
        { "529 of the service, wrongly", new EmulatorFault(FaultKind.Refuse) { Status = 529, RetryAfter = 20, Accept = true } },
        { "529 of a proxy", new EmulatorFault(FaultKind.Refuse) { Status = 529, ErrorBody = false } },
        { "529 of a proxy with accept", new EmulatorFault(FaultKind.Refuse) { Status = 529, ErrorBody = false, Accept = true } },
        { "429 of the service", new EmulatorFault(FaultKind.Refuse) { Status = 429, RetryAfter = 30, Times = 3 } },
        { "429 of the service without retry-after", new EmulatorFault(FaultKind.Refuse) { Status = 429 } },
        { "429 of a proxy with accept", new EmulatorFault(FaultKind.Refuse) { Status = 429, ErrorBody = false, Accept = true } },
        { "network gone before the create", new EmulatorFault(FaultKind.Outage) { Duration = TimeSpan.FromMinutes(3) } },
        { "network gone while it runs", new EmulatorFault(FaultKind.Outage) { Skip = 8, Duration = TimeSpan.FromMinutes(30) } },
        { "transient 404", new EmulatorFault(FaultKind.NotFound) { Times = 3 } },
        { "lists lag", new EmulatorFault(FaultKind.ListLag) { Times = -1, Duration = TimeSpan.FromSeconds(40) } },
        { "download cut", new EmulatorFault(FaultKind.DownloadCut) { Times = 2 } },
        { "results short", new EmulatorFault(FaultKind.DownloadShort) { Times = 2 } },
        { "last line torn", new EmulatorFault(FaultKind.TornLastLine) },
        { "lines missing", new EmulatorFault(FaultKind.MissingLines) { Times = 2 } },
        { "lines garbled", new EmulatorFault(FaultKind.GarbledLines) { Count = 2 } },
        { "lines twice", new EmulatorFault(FaultKind.DuplicatedLines) },
        { "lines of somebody else", new EmulatorFault(FaultKind.ForeignLines) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task One_fault_at_a_time(string name, EmulatorFault fault)
    {
        Assert.NotEmpty(name);
        _engine.Plan.Faults = [fault];

        BookCheck books = await RunToEndAsync();

        Assert.True(books.IsReconciled, string.Join(Environment.NewLine, books.Problems.Select(static p => p.Message)));
        Assert.Equal((5, 5), (books.Totals.Requests, books.Totals.Succeeded));
        Assert.All(IdsAtService(), static id => Assert.Equal(1, id.Value));
        Assert.Equal(5, IdsAtService().Count);
    }

    [Theory]
    [InlineData(FaultKind.LostReply)]
    [InlineData(FaultKind.BodyCut)]
    public async Task A_lost_reply_while_lists_lag(string kind)
    {
        _engine.Plan.Faults = [new EmulatorFault(kind), new EmulatorFault(FaultKind.ListLag) { Times = -1, Duration = TimeSpan.FromMinutes(2) }];

        BookCheck books = await RunToEndAsync();

        Assert.True(books.IsReconciled);
        Assert.All(IdsAtService(), static id => Assert.Equal(1, id.Value));
    }

    [Fact]
    public async Task A_lost_reply_and_a_strangers_batch_of_equal_size_at_the_same_moment()
    {
        _engine.Plan.Faults = [new EmulatorFault(FaultKind.LostReply), new EmulatorFault(FaultKind.ForeignBatch)];

        BookCheck books = await RunToEndAsync();

        Assert.True(books.IsReconciled);
        Assert.All(IdsAtService().Where(static id => id.Key.StartsWith("row-", StringComparison.Ordinal)), static id => Assert.Equal(1, id.Value));
        Assert.Equal(5, books.Totals.Succeeded);
    }

    [Fact]
    public async Task Lines_that_stay_missing_are_told_and_never_taken_for_done()
    {
        _engine.Plan.Faults = [new EmulatorFault(FaultKind.MissingLines) { Times = -1 }];

        BookCheck books = await RunToEndAsync();

        Assert.False(books.IsReconciled);
        Assert.Equal(2, books.Totals.Missing);
        Assert.Equal(3, books.Totals.Succeeded);
        Assert.Contains(books.Problems, static p => p.Kind == ProblemKind.Missing && p.CustomIds.Count == 2);
    }

    private async Task<BookCheck> RunToEndAsync()
    {
        _engine.Seal("job", Enumerable.Range(0, 5).Select(static i => EngineFixture.Request($"row-{i}")), new SpoolLimits(MaxRequests: 3));
        JobStep step = _engine.Step;
        for (int i = 0; i < 400 && step.IsDue(_engine.Job("job"), isNamed: true); i++)
        {
            await step.RunAsync(_engine.Job("job"), isAsked: true, CancellationToken.None);
            _engine.Clock.Advance(TimeSpan.FromSeconds(12));
        }

        return new Reconciler(_engine.Ledger).Check(_engine.Job("job"));
    }

    private Dictionary<string, int> IdsAtService()
    {
        Dictionary<string, int> counts = [];
        foreach (string body in Directory.EnumerateFiles(Path.Combine(_engine.Root, "service", "batches"), "*.body"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(body));
            foreach (JsonElement request in document.RootElement.GetProperty("requests").EnumerateArray())
            {
                string id = request.GetProperty("custom_id").GetString()!;
                counts[id] = counts.GetValueOrDefault(id) + 1;
            }
        }

        return counts;
    }
}
