using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>Who owns a job or a batch.</summary>
public sealed class OwnershipLockTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    private LedgerFolder Folder => _engine.Ledger.Folder;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void A_lock_is_one_owners_until_it_is_given_back()
    {
        using (OwnershipLock? taken = OwnershipLock.TryTake(Folder, "batch-9"))
        {
            Assert.NotNull(taken);
            Assert.Null(OwnershipLock.TryTake(Folder, "batch-9"));
            Assert.True(OwnershipLock.IsTaken(Folder, "batch-9"));
            Assert.Equal($"{Environment.ProcessId}", OwnershipLock.OwnerOf(Folder, "batch-9"));
        }

        Assert.False(OwnershipLock.IsTaken(Folder, "batch-9"));
        using OwnershipLock? again = OwnershipLock.TryTake(Folder, "batch-9");
        Assert.NotNull(again);
    }

    [Fact]
    public void A_lock_is_not_kept_where_its_owner_could_not_be_noted()
    {
        string note = Path.Combine(Folder.Locks, "batch-9.pid");
        Directory.CreateDirectory(note); // no file can be written there

        Assert.Equal("LedgerNotWritable", Assert.Throws<ClaudeBatchException>(() => OwnershipLock.TryTake(Folder, "batch-9")).Id);
        Assert.Equal("unknown", OwnershipLock.OwnerOf(Folder, "batch-9"));

        Directory.Delete(note);
        using OwnershipLock? taken = OwnershipLock.TryTake(Folder, "batch-9");
        Assert.NotNull(taken);
    }
}
