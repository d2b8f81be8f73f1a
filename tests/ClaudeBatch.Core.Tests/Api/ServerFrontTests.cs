using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;
using ClaudeBatch.Emulator.Server;

namespace ClaudeBatch.Core.Tests.Api;

/// <summary>The engine with a server on real sockets, for what an HTTP handler within the process cannot show.</summary>
public sealed class ServerFrontTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("claudebatch-server-").FullName;

    private readonly ImpatientClock _clock = new();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_large_body_goes_up_whole_and_its_results_come_down()
    {
        await using EmulatorServer server = await EmulatorServer.StartAsync(Path.Combine(_root, "service"), new EmulatorPlan(), _clock);
        ServiceConnection connection = new(server.BaseAddress, ApiCredential.FromKey("sk-ant-test"));
        using BatchApi api = new(connection, HttpTransport.Create(), _clock);
        using JobLedger ledger = JobLedger.OpenOrCreate(new LedgerFolder(Path.Combine(_root, "ledger")), _clock);
        BatchRecord batch = Seal(ledger, connection, count: 2_000, promptLength: 2_000);
        List<long> progress = [];

        SendResult sent = await new BatchSender(ledger, api).SendAsync(batch.Id, new Recorder(progress), CancellationToken.None);
        _clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(ledger, api, _clock).RefreshAsync(sent.Batch, CancellationToken.None);
        BatchRecord collected = await new BatchCollector(ledger, api, _clock).CollectAsync(batch.Id, null, CancellationToken.None);

        Assert.True(batch.SizeInBytes > 4_000_000);
        Assert.Equal(BatchState.Collected, collected.State);
        Assert.Equal(2_000, collected.Counts.Succeeded);
        Assert.Equal(batch.SizeInBytes, progress[^1]);
        using ResultReader reader = new(ledger);
        Assert.Equal(2_000, reader.InOrder([collected]).Count(static r => r.Attempt.Outcome == Outcome.Succeeded));
    }

    [Fact]
    public async Task A_rejected_key_is_told_as_such_over_the_wire()
    {
        await using EmulatorServer server = await EmulatorServer.StartAsync(
            Path.Combine(_root, "service"), new EmulatorPlan { ApiKey = "another" }, _clock);
        using BatchApi api = new(new ServiceConnection(server.BaseAddress, ApiCredential.FromKey("sk-ant-test")), HttpTransport.Create(), _clock);

        ClaudeBatchException refused = await Assert.ThrowsAsync<ClaudeBatchException>(() => api.ListAsync(1, null, CancellationToken.None));

        Assert.Equal("ApiKeyRejected", refused.Id);
        Assert.True(refused.IsFatal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3_000_000)]
    public async Task An_early_401_on_a_large_upload_costs_nothing_and_doubles_nothing(int bytesRead)
    {
        EmulatorPlan plan = new() { Faults = [new EmulatorFault(FaultKind.EarlyRefusal) { Status = 401, Count = bytesRead }] };
        await using EmulatorServer server = await EmulatorServer.StartAsync(Path.Combine(_root, "service"), plan, _clock);
        ServiceConnection connection = new(server.BaseAddress, ApiCredential.FromKey("sk-ant-test"));
        using BatchApi api = new(connection, HttpTransport.Create(), _clock);
        using JobLedger ledger = JobLedger.OpenOrCreate(new LedgerFolder(Path.Combine(_root, "ledger")), _clock);
        BatchRecord batch = Seal(ledger, connection, count: 100, promptLength: 2_000_000);
        Assert.True(batch.SizeInBytes > 200_000_000);

        SendResult refused = await new BatchSender(ledger, api).SendAsync(batch.Id, null, CancellationToken.None);
        SendResult again = await new BatchSender(ledger, api).SendAsync(batch.Id, null, CancellationToken.None);

        // The client may see the refusal as a reset of the connection. In both cases the last byte was not sent.
        Assert.Equal(BatchState.Spooled, refused.Batch.State);
        Assert.Equal(BatchState.InProgress, again.Batch.State);
        Assert.Single((await api.ListAsync(10, null, CancellationToken.None)).Value.Data);
    }

    private static BatchRecord Seal(JobLedger ledger, ServiceConnection connection, int count, int promptLength)
    {
        using JobInput input = JobInput.Open(ledger, new JobInputOptions { Name = "large", Connection = connection });
        for (int i = 0; i < count; i++)
        {
            input.Add($"row-{i}", EngineFixture.Request($"row-{i}", new string('x', promptLength)).Utf8.Span, default);
        }

        return input.Seal().NewBatches[0];
    }

    private sealed class Recorder(List<long> seen) : IProgress<long>
    {
        public void Report(long value) => seen.Add(value);
    }
}
