using System.Net;

namespace ClaudeBatch.Core.Tests.Api;

/// <content>Whether the service can be reached at all.</content>
public sealed partial class BatchApiTests
{
    private const string InItsWords = """{"type":"error","error":{"type":"api_error","message":"No."}}""";

    [Theory]
    [InlineData(500, InItsWords)]
    [InlineData(503, "<html>down for maintenance</html>")]
    [InlineData(504, "")]
    [InlineData(302, "")]
    [InlineData(200, "<html>Please sign in to the network.</html>")]
    public async Task A_service_that_fails_at_everything_or_in_whose_place_something_else_answers_is_out(int status, string body)
    {
        Assert.Null(_api.Outage);

        await FailAsync(status, body);

        Assert.NotNull(_api.Outage);
    }

    [Theory]
    [InlineData(401, InItsWords)]
    [InlineData(404, InItsWords)]
    [InlineData(429, InItsWords)]
    [InlineData(529, InItsWords)]
    [InlineData(529, "<html>busy</html>")]
    public async Task A_service_that_refuses_or_asks_to_wait_is_there(int status, string body)
    {
        await FailAsync(status, body);

        Assert.Null(_api.Outage);
    }

    [Fact]
    public async Task One_answer_shows_that_the_service_is_there()
    {
        await FailAsync(500, InItsWords);
        _network.Answer(HttpStatusCode.OK, """{"data":[],"has_more":false}""");
        await _api.As(_api.Connection.As("2026-10-21", [])).ListAsync(20, null, CancellationToken.None);
        Assert.Null(_api.Outage);

        await FailAsync(500, InItsWords);

        Assert.Null(_api.Outage);
    }

    private async Task FailAsync(int status, string body)
    {
        int tries = status is 200 or 302 or 401 or 404 ? 1 : 5;
        for (int i = 0; i < tries; i++)
        {
            _network.Answer((HttpStatusCode)status, body);
        }

        await Assert.ThrowsAsync<ClaudeBatchException>(() => _api.ListAsync(20, null, CancellationToken.None));
    }
}
