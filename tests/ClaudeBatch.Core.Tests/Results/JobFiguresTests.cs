using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>What a report says of a job in numbers.</summary>
public sealed class JobFiguresTests : IDisposable
{
    private const int Rows = 60;

    private readonly EngineFixture _engine = new(new EmulatorPlan { Errored = 0.4, Seed = 3 });

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_retry_is_an_attempt_of_its_own_and_was_sealed_when_it_was_planned()
    {
        BatchRecord first = Assert.Single(_engine.Seal("job", [.. Enumerable.Range(0, Rows).Select(static i => $"row-{i}")]).NewBatches);
        await _engine.RunAsync(first);
        long failed = Figures().Ends.Sum(static e => e.Count);
        Assert.InRange(failed, 1, Rows - 1);
        DateTime planned = _engine.Clock.GetUtcNow().UtcDateTime;
        BatchRecord retry = Assert.Single(
            new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter { MaxAttempts = 5 }, new SpoolLimits()));
        await _engine.RunAsync(retry);

        JobFigures figures = Figures();
        Assert.Equal([(1, Rows, Rows - failed, failed), (2, failed, figures.Report.Totals.Succeeded - (Rows - failed), figures.Report.Totals.Failed)],
            figures.Attempts.Select(static a => (a.Number, a.Requests, a.Answered, a.Failed)));
        Assert.Equal(figures.Report.Totals.CostInPicodollars, figures.Attempts.Sum(static a => a.CostInPicodollars));
        Assert.Equal(figures.Report.Totals.CostInPicodollars, figures.Models.Sum(static m => m.Cost));
        Assert.Equal([Rows - failed, figures.Report.Totals.Succeeded - (Rows - failed)], figures.Parts.Select(static p => p.Answered));
        Assert.True(figures.Parts[0].SealedAt < figures.Parts[0].EndedAt && figures.Parts[0].CollectedAt <= planned);
        Assert.InRange(figures.Parts[1].SealedAt!.Value, planned.AddSeconds(-1), planned.AddSeconds(1));
    }

    [Fact]
    public async Task Reasons_are_those_of_the_line_that_closes_the_job_and_have_examples()
    {
        await _engine.RunAsync(Assert.Single(_engine.Seal("job", [.. Enumerable.Range(0, Rows).Select(static i => $"row-{i}")]).NewBatches));
        JobFigures figures = Figures();
        Assert.Equal(JobEnd.Of(_engine.Ledger, _engine.Job("job"))!.Summary(), figures.Sentence);
        Assert.All(figures.Ends, end =>
        {
            Assert.Contains(end.Reason, figures.Sentence, StringComparison.Ordinal);
            Assert.Equal(Math.Min(2, end.Count), end.Samples.Count);
            Assert.All(end.Samples, s => Assert.Equal(end.Reason, s.Attempt.ErrorType));
        });
        Assert.Equal(figures.Report.Totals.Failed, figures.Ends.Sum(static e => e.Count));
    }

    private JobFigures Figures() => JobFigures.Of(_engine.Ledger, _engine.Job("job"), new PriceList(ModelCatalog.Shipped), samples: 2);
}
