using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>What the results of a canary say about the rest of its job.</summary>
public sealed class StageGateTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_cost_is_foretold_from_a_sum_that_lacks_one(bool lacksOne)
    {
        using JobInput input = JobInput.Open(_engine.Ledger, new JobInputOptions
        {
            Name = "job",
            Connection = _engine.Connection,
            Staging = new Staging(canary: 2, warmCache: false),
        });
        foreach (string id in new[] { "a", "b", "c", "d" })
        {
            input.Add(id, EngineFixture.Request(id).Utf8.Span, default);
        }

        BatchRecord canary = await _engine.RunAsync(input.Seal().NewBatches[0]);
        if (lacksOne)
        {
            _engine.Ledger.Database.Execute("UPDATE attempt SET cost_in_picodollars = NULL WHERE row = 0");
        }

        string message = new StageGate(_engine.Ledger).Judge(_engine.Job("job"))!.Message;

        Assert.Equal(2, canary.RequestCount);
        Assert.Contains("2 sent, 2 complete", message, StringComparison.Ordinal);
        Assert.Equal(lacksOne, !message.Contains('$', StringComparison.Ordinal));
    }
}
