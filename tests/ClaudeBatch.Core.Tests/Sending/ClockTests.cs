using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>Clocks that are wrong, or are not the same clock: they do not make a part be sent twice, and hide none.</summary>
public sealed class ClockTests : IDisposable
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public ClockTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromMinutes(20) }, service => _network = new InterferingHandler(service));

    public static TheoryData<int?, int, int?, int> Passed => new()
    {
        // by the service's date, by our clock, by the monotonic clock; what has passed for certain
        { 60, 60, 60, 60 },
        { 600, 3, 3, 3 },
        { 3, 600, 600, 3 },
        { 60, 600, 60, 60 },
        { 60, 60, 3, 3 },
        { null, 60, 50, 50 },
        { 60, 50, null, 50 },
        { -600, 60, 60, 0 },
        { 60, -1, 60, 0 },
        { 60, 60, -5, 0 },
    };

    public void Dispose() => _engine.Dispose();

    [Theory]
    [MemberData(nameof(Passed))]
    public void The_time_between_two_lists_is_the_least_that_the_clocks_say(int? date, int here, int? monotonic, int passed)
    {
        ListTime before = new(s_noon, s_noon, "boot", 86_400 * TimeSpan.TicksPerSecond);
        ListTime after = new(
            date is null ? null : s_noon.AddSeconds(date.Value),
            s_noon.AddSeconds(here),
            monotonic is null ? "another boot" : "boot",
            (monotonic is null ? 0 : 86_400 + monotonic.Value) * TimeSpan.TicksPerSecond);

        Assert.Equal(TimeSpan.FromSeconds(passed), after.Since(before));
        Assert.Equal(TimeSpan.Zero, after.Since(null));
    }

    [Fact]
    public void The_ticks_of_a_list_are_the_monotonic_clocks_whatever_unit_that_has()
    {
        ListTime first = ListTime.Now(new NanosecondClock(3_000_000_000), s_noon);
        ListTime second = ListTime.Now(new NanosecondClock(long.MaxValue), null);

        Assert.Equal((s_noon, s_noon.AddHours(1), 3 * TimeSpan.TicksPerSecond), (first.ServiceDate, first.Here, first.Ticks));
        Assert.Equal((null, long.MaxValue / 100), (second.ServiceDate, second.Ticks));
        Assert.Equal(first.Boot, second.Boot);
        const string bootId = "/proc/sys/kernel/random/boot_id";
        Assert.Equal(File.Exists(bootId), File.Exists(bootId) && first.Boot == File.ReadAllText(bootId).Trim());
    }

    [Fact]
    public async Task Two_front_ends_that_are_ten_minutes_apart_make_no_seconds_of_none()
    {
        BatchRecord batch = await LoseReplyAsync();
        bool isAhead = false;
        _network!.After = (request, response) =>
        {
            isAhead = !isAhead;
            response.Headers.Date = _engine.Clock.GetUtcNow() + (isAhead ? TimeSpan.FromMinutes(10) : TimeSpan.Zero);
            return request.Method == HttpMethod.Get ? WithoutBatches(response) : response;
        };

        for (int i = 0; i < 12; i++)
        {
            batch = await new Settler(_engine.Ledger, _engine.Api).SettleAsync(batch, CancellationToken.None);
            _engine.Clock.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal(BatchState.Unconfirmed, batch.State);
        Assert.InRange(batch.Settlement!.EmptySeconds, 0, 3);
    }

    [Fact]
    public async Task A_date_that_is_ahead_hides_no_batch_of_ours()
    {
        _network!.After = (request, response) =>
        {
            response.Headers.Date = _engine.Clock.GetUtcNow() + TimeSpan.FromMinutes(10);
            return InterferingHandler.IsCreate(request) ? throw new HttpRequestException("reset") : response;
        };
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0])).Batch;

        for (int i = 0; i < 4; i++)
        {
            _engine.Clock.Advance(TimeSpan.FromSeconds(20));
            batch = await new Settler(_engine.Ledger, _engine.Api).SettleAsync(batch, CancellationToken.None);
        }

        Assert.Equal((BatchState.InProgress, Adoption.Tentative), (batch.State, batch.Adopted));
    }

    private async Task<BatchRecord> LoseReplyAsync()
    {
        _network!.After = static (request, response)
            => InterferingHandler.IsCreate(request) ? throw new HttpRequestException("reset") : response;
        SendResult sent = await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        Assert.Equal(BatchState.Unconfirmed, sent.Batch.State);
        return sent.Batch;
    }

    private static HttpResponseMessage WithoutBatches(HttpResponseMessage response)
    {
        HttpResponseMessage empty = new(response.StatusCode) { Content = new StringContent("""{"data":[],"has_more":false}""") };
        empty.Headers.Date = response.Headers.Date;
        return empty;
    }

    /// <summary>A clock whose monotonic part counts nanoseconds.</summary>
    private sealed class NanosecondClock(long timestamp) : TimeProvider
    {
        public override long TimestampFrequency => 1_000_000_000;

        public override DateTimeOffset GetUtcNow() => s_noon.AddHours(1);

        public override long GetTimestamp() => timestamp;
    }
}
