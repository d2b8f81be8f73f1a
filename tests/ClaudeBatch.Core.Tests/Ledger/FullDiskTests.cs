using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Sending;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>A disk that fills up at the worst moment.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public void A_spool_that_does_not_fit_is_one_error_and_the_same_line_starts_anew()
    {
        using EngineFixture engine = new(folder: static root => new FullDiskFolder(root, static path => path.EndsWith("part-0001.json", StringComparison.Ordinal)));
        FullDiskFolder disk = (FullDiskFolder)engine.Ledger.Folder;
        disk.Room = 2_000;

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => engine.Seal("job", Requests(100)));
        Assert.Equal("LedgerFull", failure.Id);
        Assert.Null(engine.Job("job").SealedAt);

        disk.Room = long.MaxValue;
        SealedInput input = engine.Seal("job", Requests(100));
        Assert.Equal((100L, 1), (input.Accepted, input.NewBatches.Count));
    }

    [Fact]
    public async Task Answers_that_do_not_fit_are_one_error_and_come_again_when_there_is_room()
    {
        using EngineFixture engine = new(folder: static root => new FullDiskFolder(root, static path => path.EndsWith(".partial", StringComparison.Ordinal)));
        FullDiskFolder disk = (FullDiskFolder)engine.Ledger.Folder;
        BatchRecord batch = engine.Seal("job", Requests(100)).NewBatches[0];
        disk.Room = 2_000;

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => engine.RunAsync(batch));
        Assert.Equal("LedgerFull", failure.Id);
        Assert.Equal(BatchState.Ended, engine.Ledger.Batches.Get(batch.Id).State);

        disk.Room = long.MaxValue;
        Assert.Equal(BatchState.Collected, (await engine.CollectAsync(batch)).State);
        Assert.Equal(100, engine.Ledger.Jobs.Totals(engine.Job("job")).Succeeded);
    }

    [Fact(Skip = SmallDisk.Missing, SkipType = typeof(SmallDisk), SkipUnless = nameof(SmallDisk.CanMount))]
    public async Task An_id_that_does_not_fit_is_written_into_the_reserve()
    {
        using SmallDisk disk = new(megabytes: 4);
        using EngineFixture engine = new(folder: _ => new LedgerFolder(Path.Combine(disk.Path, "ledger")));
        BatchRecord batch = engine.Seal("job", "a").NewBatches[0];
        engine.Between = _ => disk.Fill();

        SendResult sent = await engine.SendAsync(batch);

        Assert.Equal(BatchState.InProgress, sent.Batch.State);
        Assert.NotNull(sent.Batch.ServiceId);
        Assert.False(File.Exists(Path.Combine(disk.Path, "ledger", "reserve")));
    }

    [Fact(Skip = SmallDisk.Missing, SkipType = typeof(SmallDisk), SkipUnless = nameof(SmallDisk.CanMount))]
    public async Task An_id_that_fits_nowhere_is_in_the_error_with_the_line_that_takes_it_in()
    {
        using SmallDisk disk = new(megabytes: 4);
        using EngineFixture engine = new(folder: _ => new LedgerFolder(Path.Combine(disk.Path, "ledger")));
        BatchRecord batch = engine.Seal("job", "a").NewBatches[0];
        engine.Between = _ =>
        {
            File.Delete(Path.Combine(disk.Path, "ledger", "reserve"));
            disk.Fill();
        };

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => engine.SendAsync(batch));
        string id = Assert.Single(await engine.AtServiceAsync()).Id;

        Assert.Equal("BatchIdNotStored", failure.Id);
        Assert.True(failure.IsFatal);
        Assert.Contains($"Repair-ClaudeBatch -Id 'job/1' -Adopt {id}", failure.Message, StringComparison.Ordinal);

        disk.Free();
        BatchRecord adopted = await new Core.Running.BatchRepair(engine.Ledger, engine.Api).AdoptAsync(engine.Ledger.Batches.Get(batch.Id), id, CancellationToken.None);
        Assert.Equal(id, adopted.ServiceId);
    }

    private static IEnumerable<PreparedRequest> Requests(int count) => Enumerable.Range(0, count).Select(static i => EngineFixture.Request($"row-{i}"));
}
