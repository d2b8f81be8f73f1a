using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Simulation;

public sealed class LockTests
{
    [Fact]
    public void Two_ledgers_in_one_process_keep_each_other_out_as_two_processes_do()
    {
        using World world = new(Choices.Drawn(1), new EmulatorPlan());
        using JobLedger one = JobLedger.Open(world.Folder, TimeProvider.System);
        using JobLedger other = JobLedger.Open(new LedgerFolder(world.Folder.Root), TimeProvider.System);
        using (OwnershipLock? taken = OwnershipLock.TryTake(one.Folder, "batch-1"))
        {
            Assert.NotNull(taken);
            Assert.Null(OwnershipLock.TryTake(other.Folder, "batch-1"));
            Assert.True(OwnershipLock.IsTaken(other.Folder, "batch-1"));
        }

        OwnershipLock.TryTake(other.Folder, "batch-1")!.Dispose();
    }
}
