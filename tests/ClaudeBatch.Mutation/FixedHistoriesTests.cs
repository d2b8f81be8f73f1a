using ClaudeBatch.Simulation;

namespace ClaudeBatch.Mutation;

/// <summary>Twenty histories of the simulation, always the same.</summary>
public sealed class FixedHistoriesTests
{
    [Fact]
    public void Nothing_is_paid_twice_and_nothing_is_lost()
    {
        ThreadPool.SetMinThreads(32, 32); // a simulated process that waits for its turn may hold a thread of the pool
        for (int seed = 1; seed <= 20; seed++)
        {
            Broken? broken = History.Of(Choices.Drawn(seed)).Broken;
            Assert.True(broken is null, broken?.Message);
        }
    }
}
