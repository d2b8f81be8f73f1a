using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>When results are downloaded again, when what lacks is missing, and when nobody asks any more.</summary>
public sealed class ResultPatienceTests : IDisposable
{
    private static readonly DateTime s_now = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    private readonly EngineFixture _engine = new();

    private readonly BatchRecord _batch;

    public ResultPatienceTests() => _batch = _engine.Seal("job", "a").NewBatches[0] with { State = BatchState.Ended, CreatedAt = s_now };

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(BatchState.Downloaded, null, true)]
    [InlineData(BatchState.Ended, null, true)]
    [InlineData(BatchState.Ended, -1, true)]
    [InlineData(BatchState.Ended, 0, true)]
    [InlineData(BatchState.Ended, 1, false)]
    [InlineData(BatchState.Ended, 30, false)]
    [InlineData(BatchState.Ended, 31, true)] // the clock was set back: nobody waits so long
    [InlineData(BatchState.Collected, null, false)]
    [InlineData(BatchState.Collected, -1, true)]
    [InlineData(BatchState.Collected, 0, true)]
    [InlineData(BatchState.Collected, 1, false)]
    [InlineData(BatchState.Collected, 31, false)]
    [InlineData(BatchState.InProgress, null, false)]
    [InlineData(BatchState.Lost, -1, false)]
    public void A_step_downloads_results_when_it_is_time(BatchState state, int? seconds, bool isDue)
        => Assert.Equal(isDue, ResultPatience.IsDue(_batch with { State = state, AskAgainAt = At(seconds) }, s_now));

    [Theory]
    [InlineData(0, null, 0, 1, 0)] // the first one
    [InlineData(1, -59, 0, 2, -59)]
    [InlineData(2, -59, 0, 2, -59)] // a minute has not passed
    [InlineData(2, -60, 0, 3, -60)]
    [InlineData(1, -600, 0, 2, -600)]
    [InlineData(3, -600, 0, 3, -600)]
    [InlineData(2, -60, 1, 1, 0)] // answers came: the count begins anew
    [InlineData(2, 0, 0, 2, 0)]
    [InlineData(2, 1, 0, 1, 0)] // the clock was set back
    public void Complete_downloads_in_a_row_are_counted(int before, int? firstSeconds, int news, int count, int newFirst)
    {
        BatchRecord counted = ResultPatience.Count(
            _batch with { CompleteDownloads = before, FirstCompleteAt = At(firstSeconds) }, isComplete: true, news, s_now);

        Assert.Equal((count, At(newFirst), At(30)), (counted.CompleteDownloads, counted.FirstCompleteAt, counted.AskAgainAt));
        Assert.Equal(count == 3, ResultPatience.IsEnough(counted));
    }

    [Fact]
    public void A_download_that_did_not_come_whole_counts_for_nothing()
    {
        BatchRecord before = _batch with { CompleteDownloads = 2, FirstCompleteAt = At(-60) };

        Assert.Equal(before with { AskAgainAt = At(30) }, ResultPatience.Count(before, isComplete: false, news: 1, s_now));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 24)]
    [InlineData(2, 168)]
    [InlineData(3, null)]
    public void Missing_answers_are_asked_for_after_an_hour_a_day_and_a_week(int asked, int? hours)
    {
        BatchRecord now = asked == 0
            ? ResultPatience.AskLater(_batch with { AskedAgain = 2 }, s_now)
            : ResultPatience.Asked(_batch with { AskedAgain = asked - 1 }, s_now);

        Assert.Equal((asked, At(hours * 3600)), (now.AskedAgain, now.AskAgainAt));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 3600)]
    public void Nobody_asks_when_the_service_has_deleted_the_results_by_then(int secondsAfter, int? asksAfter)
    {
        BatchRecord batch = _batch with { CreatedAt = s_now.AddHours(1).AddSeconds(secondsAfter).AddDays(-29) };

        Assert.Equal(At(asksAfter), ResultPatience.AskLater(batch, s_now).AskAgainAt);
    }

    [Fact]
    public void Somebody_asks_where_it_is_not_known_when_the_results_are_deleted()
        => Assert.Equal(At(3600), ResultPatience.AskLater(_batch with { CreatedAt = null }, s_now).AskAgainAt);

    [Theory]
    [InlineData(BatchState.Collected, true)]
    [InlineData(BatchState.Ended, false)] // its answers have not all come
    public void What_a_person_has_removed_is_not_asked_for(BatchState state, bool stops)
    {
        BatchRecord batch = _engine.Change(_batch, b => b with { State = state, AskAgainAt = s_now });

        ResultPatience.StopAsking(_engine.Ledger, batch);
        BatchRecord now = _engine.Now(batch);
        ResultPatience.StopAsking(_engine.Ledger, now);

        Assert.Equal(stops ? null : s_now, now.AskAgainAt);
        Assert.Equal((batch.State, now.Version), (now.State, _engine.Now(batch).Version));
    }

    private static DateTime? At(int? seconds) => seconds is { } s ? s_now.AddSeconds(s) : null;
}
