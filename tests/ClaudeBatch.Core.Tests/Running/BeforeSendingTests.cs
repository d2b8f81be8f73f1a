using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>What is done with a part right before it is sent, such as to ask a script.</summary>
public sealed class BeforeSendingTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task It_is_done_once_a_part_while_nothing_is_locked()
    {
        IReadOnlyList<BatchRecord> parts = _engine.Seal("job", Enumerable.Range(1, 4).Select(static i => EngineFixture.Request($"r{i}")), new(2, 100_000)).NewBatches;
        List<(int Part, bool IsLocked, int AtService)> done = [];
        BatchRound round = new(_engine.Ledger, _engine.Api, async (part, _) =>
        {
            done.Add((part.Part, OwnershipLock.IsTaken(_engine.Ledger.Folder, part.LockName), (await _engine.AtServiceAsync()).Count));
            using JobLedger other = JobLedger.Open(_engine.Ledger.Folder, _engine.Clock);
            other.Events.Add(EventKind.Uploading, "Another process writes meanwhile.", part.JobId);
        });

        await round.RunAsync(parts.Select(static p => p.Id), sent: null, CancellationToken.None);
        await round.RunAsync(parts.Select(static p => p.Id), sent: null, CancellationToken.None);

        Assert.Equal([(1, false, 0), (2, false, 1)], done);
        Assert.All(parts, p => Assert.Equal(BatchState.InProgress, _engine.Now(p).State));
    }

    [Fact]
    public async Task Where_it_fails_nothing_of_the_part_is_sent()
    {
        BatchRecord part = _engine.Seal("job", "a").NewBatches[0];
        BatchRound failing = new(_engine.Ledger, _engine.Api, static (_, _) => throw new InvalidOperationException("no idea"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.RunAsync([part.Id], sent: null, CancellationToken.None));

        Assert.Equal(BatchState.Spooled, _engine.Now(part).State);
        Assert.Empty(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task It_is_not_done_for_what_is_not_sent_now()
    {
        BatchRecord part = _engine.Seal("job", "a").NewBatches[0];
        File.AppendAllText(_engine.Ledger.Folder.Spool(part.JobId, part.Part), " ");
        BatchRound round = new(_engine.Ledger, _engine.Api, static (_, _) => throw new InvalidOperationException("was done"));

        RoundReport report = await round.RunAsync([part.Id], sent: null, CancellationToken.None);

        Assert.Equal("SpoolChanged", Assert.Single(report.Notes).Failure!.Id);
    }
}
