using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>Answers that a check of the user's own did not accept.</summary>
public sealed class AcceptanceTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    private JobRecord Job => _engine.Job("job");

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task An_answer_that_is_not_accepted_is_incomplete_and_is_not_sent_again_by_itself()
    {
        BatchRecord batch = await RefuseAsync("too short");

        JobTotals totals = _engine.Ledger.Jobs.Totals(Job);
        Assert.Equal((2, 1, 1), (totals.Succeeded, totals.Incomplete, totals.NotAccepted));
        Assert.Contains("2 of 2 answered (1 not accepted)", JobEnd.Of(_engine.Ledger, Job)!.Sentence(), StringComparison.Ordinal);
        Assert.False(_engine.Step.GoesOn(Job));
        RetryCandidate taken = Assert.Single(new RetryPlanner(_engine.Ledger).Candidates(Job, new RetryFilter { TakesIncomplete = true }));
        Assert.Equal((1, "too short"), (taken.Attempt.Row, taken.Attempt.NotAccepted));
        using ResultReader reader = new(_engine.Ledger);
        Assert.Equal([null, "too short"], reader.InOrder([batch]).Select(Completeness.Of));
        Assert.True(new Reconciler(_engine.Ledger).Check(Job).IsReconciled);
    }

    [Fact]
    public async Task A_later_verdict_counts()
    {
        BatchRecord batch = await RefuseAsync("too short");

        _engine.Ledger.Attempts.RecordAcceptance(batch, [(1, null)]);

        Assert.Equal((0, 0), (_engine.Ledger.Jobs.Totals(Job).Incomplete, _engine.Ledger.Jobs.Totals(Job).NotAccepted));
    }

    [Fact]
    public async Task The_verdict_stays_when_the_same_answer_is_downloaded_again()
    {
        BatchRecord batch = await RefuseAsync("too short");

        await new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None, again: true);

        Assert.Equal(1, _engine.Ledger.Jobs.Totals(Job).NotAccepted);
    }

    private async Task<BatchRecord> RefuseAsync(string why)
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        _engine.Ledger.Attempts.RecordAcceptance(batch, [(1, why)]);
        return batch;
    }
}
