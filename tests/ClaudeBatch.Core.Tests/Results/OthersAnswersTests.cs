using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>A cache on the way may give another batch's results in place of ours, complete and well-formed.</summary>
public sealed class OthersAnswersTests : IDisposable
{
    private readonly EngineFixture _engine;

    private int _downloads;

    public OthersAnswersTests()
    {
        InterferingHandler? network = null;
        _engine = new EngineFixture(new EmulatorPlan { Latency = TimeSpan.FromMinutes(10) }, service => network = new InterferingHandler(service));
        network!.After = (request, response) =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal) && ++_downloads <= Others)
            {
                string ours = response.Content.ReadAsStringAsync().GetAwaiter().GetResult();
                response.Content = new StringContent(ours.Replace("\"custom_id\":\"", "\"custom_id\":\"other-", StringComparison.Ordinal));
            }

            return response;
        };
    }

    private int Others { get; set; }

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Others_answers_that_come_once_or_twice_take_nothing_from_a_batch(int others)
    {
        Others = others;
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];

        for (int i = 0; i < others; i++)
        {
            Assert.Equal("ResultsIncomplete", (await Assert.ThrowsAsync<ClaudeBatchException>(() => CollectAsync(batch))).Id);
            Assert.Equal((2, 0), (_engine.Ledger.Jobs.Totals(_engine.Job("job")).Pending, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Missing));
            Assert.Empty(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));
            _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(BatchState.Collected, (await CollectAsync(batch)).State);
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task A_batch_that_has_others_answers_three_times_is_somebody_elses()
    {
        Others = 3;
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];

        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ClaudeBatchException>(() => CollectAsync(batch));
            _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal("BatchNotOurs", (await Assert.ThrowsAsync<ClaudeBatchException>(() => CollectAsync(batch))).Id);
        BatchRecord now = _engine.Ledger.Batches.Get(batch.Id);
        Assert.Equal((BatchState.Unconfirmed, 0), (now.State, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Missing));
        Assert.Empty(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));
    }

    private Task<BatchRecord> CollectAsync(BatchRecord batch)
        => _engine.Ledger.Batches.Get(batch.Id).State == BatchState.Spooled ? _engine.RunAsync(batch) : _engine.CollectAsync(batch);
}
