using System.Net;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Sending;

namespace ClaudeBatch.Core.Tests.Api;

/// <summary>The wait that the service asks for, in every form that a header can have, and at every call that keeps it.</summary>
public sealed class RetryAfterTests : IDisposable
{
    private const string Hint = "longer wait than an hour";

    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public RetryAfterTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("7", 7.0)]
    [InlineData("0", 0.0)]
    [InlineData("1.5", 1.5)]
    [InlineData("3600", 3600.0)]
    [InlineData("3601", 3600.0)]
    [InlineData("1000000", 3600.0)]
    [InlineData("99999999999999999999999999", 3600.0)]
    [InlineData("Sat, 21 Nov 2026 03:00:20 GMT", 20.0)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0)]
    [InlineData("Sat, 21 Nov 2026 02:59:00 GMT", null)]
    [InlineData("-7", null)]
    [InlineData("1e3", null)]
    [InlineData("NaN", null)]
    [InlineData("Infinity", null)]
    [InlineData("1.2.3", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void A_wait_is_read_in_seconds_or_as_a_date_and_is_at_most_an_hour(string header, double? seconds)
        => Assert.Equal(seconds, Read(("retry-after", header)).RetryAfter?.TotalSeconds);

    [Theory]
    [InlineData("250", 0.25)]
    [InlineData("99999999999", 3600.0)]
    [InlineData("-250", 7.0)]
    public void Milliseconds_come_first_unless_they_are_none(string header, double seconds)
        => Assert.Equal(seconds, Read(("retry-after-ms", header), ("retry-after", "7")).RetryAfter?.TotalSeconds);

    [Fact]
    public void A_date_is_compared_with_the_services_clock()
        => Assert.Equal(
            30, Read(("Date", "Sat, 21 Nov 2026 09:00:00 GMT"), ("retry-after", "Sat, 21 Nov 2026 09:00:30 GMT")).RetryAfter?.TotalSeconds);

    [Theory]
    [InlineData("1000000")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    public async Task A_wait_of_years_is_an_hour_and_said_so(string header)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _network!.Before = request => InterferingHandler.IsCreate(request) ? Busy(header) : null;

        SendResult first = await _engine.SendAsync(batch);
        _engine.Clock.Advance(TimeSpan.FromMinutes(59));
        SendResult early = await _engine.SendAsync(batch);
        _engine.Clock.Advance(TimeSpan.FromMinutes(2));
        _network.Before = static _ => null;
        SendResult later = await _engine.SendAsync(batch);

        Assert.Contains(Hint, first.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("after 3600 seconds", first.Failure.Message, StringComparison.Ordinal);
        Assert.Equal("ServiceBusy", early.Failure!.Id);
        Assert.Contains(Hint, early.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(BatchState.InProgress, later.Batch.State);
    }

    [Fact]
    public async Task A_wait_that_is_not_longer_is_told_without_it()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _network!.Before = static request => InterferingHandler.IsCreate(request) ? Busy("3600") : null;

        Assert.DoesNotContain(Hint, (await _engine.SendAsync(batch)).Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_that_was_written_down_by_a_clock_of_years_ahead_keeps_nothing_back()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _network!.Before = static request => InterferingHandler.IsCreate(request) ? Busy("7") : null;
        batch = (await _engine.SendAsync(batch)).Batch;
        _network.Before = static _ => null;

        _engine.Ledger.Batches.Change(batch, batch with { NotBefore = new DateTime(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc) });

        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
    }

    [Fact]
    public async Task A_poll_is_put_off_by_an_hour_at_most()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        _network!.After = static (request, response) =>
        {
            if (request.Method == HttpMethod.Get)
            {
                response.Headers.Remove("retry-after");
                response.Headers.TryAddWithoutValidation("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT");
            }

            return response;
        };
        BatchPoller poller = new(_engine.Ledger, _engine.Api, _engine.Clock);

        await poller.RefreshAsync(batch, CancellationToken.None);

        Assert.Equal(TimeSpan.FromHours(1), poller.NextWait(_engine.Clock.GetUtcNow().UtcDateTime, null, 0));
    }

    [Fact]
    public async Task A_repeatable_call_that_should_wait_for_years_is_given_up_at_once_and_says_why()
    {
        int calls = 0;
        _network!.Before = _ =>
        {
            calls++;
            return Busy("1000000");
        };

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.Api.ListAsync(1, null, CancellationToken.None));

        Assert.Equal((1, TimeSpan.FromHours(1)), (calls, failure.RetryAfter));
        Assert.Contains(Hint, failure.Message, StringComparison.Ordinal);
    }

    private static ReplyHeaders Read(params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage reply = new();
        foreach ((string name, string value) in headers)
        {
            reply.Headers.TryAddWithoutValidation(name, value);
        }

        return ReplyHeaders.Of(reply, ApiCredential.FromKey("sk-ant-test"), s_now);
    }

    private static HttpResponseMessage Busy(string wait)
    {
        HttpResponseMessage reply = new((HttpStatusCode)529)
        {
            Content = new StringContent("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""),
        };
        reply.Headers.TryAddWithoutValidation("retry-after", wait);
        return reply;
    }
}
