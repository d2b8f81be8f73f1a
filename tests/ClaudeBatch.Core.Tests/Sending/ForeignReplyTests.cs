using System.Net;
using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>Something between here and the service replies to a create in its place: nothing is paid twice, and nothing forgotten.</summary>
public sealed class ForeignReplyTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public ForeignReplyTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromMinutes(5) }, service => _network = new InterferingHandler(service));

    public static TheoryData<int, string> Replies()
    {
        string[] bodies =
        [
            "<html><title>Sign in</title><body>Please sign in to Acme.</body></html>",
            "Access denied",
            "",
            """{"error":"unauthorized"}""",
            """{"type":"problem","error":{"type":"x"}}""",
            """{"type":"error","error":"denied"}""",
        ];
        int[] statuses = [301, 307, 400, 401, 402, 403, 404, 407, 413, 422];
        TheoryData<int, string> replies = [];
        for (int i = 0; i < statuses.Length; i++)
        {
            replies.Add(statuses[i], bodies[i % bodies.Length]);
            replies.Add(statuses[i], bodies[(i + 3) % bodies.Length]);
        }

        return replies;
    }

    public void Dispose() => _engine.Dispose();

    [Theory]
    [MemberData(nameof(Replies))]
    public async Task A_refusal_that_is_not_the_services_settles_and_is_paid_once(int status, string body)
    {
        ReplyInstead((_, _) => Reply(status, body));
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];

        SendResult sent = await _engine.SendAsync(batch);
        Assert.Equal(BatchState.Unconfirmed, sent.Batch.State);
        _network!.After = static (_, response) => response;
        await StepsAsync(isAsked: true);

        Assert.Equal(1, _network.Creates);
        Assert.Single(await _engine.AtServiceAsync());
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
        Assert.Null(_engine.Job("job").PauseReason);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(425)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task An_error_of_the_service_that_does_not_say_so_refuses_nothing(int status)
    {
        ReplyInstead((_, _) => Reply(status, """{"type":"error","error":{"type":"api_error","message":"Later."}}"""));

        SendResult sent = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Equal(BatchState.Unconfirmed, sent.Batch.State);
    }

    [Fact]
    public async Task What_a_person_has_not_asked_for_is_not_sent_a_second_time_after_a_foreign_refusal()
    {
        SwallowInstead(() => Reply(403, "<p>Blocked by policy 7</p>"));
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        await _engine.SendAsync(batch);

        await StepsAsync(isAsked: false, steps: 40);

        JobRecord job = _engine.Job("job");
        Assert.Equal(1, _network!.Creates);
        Assert.Equal(PauseCause.ForeignReply, job.PausedFor);
        Assert.Contains("403", job.PauseReason, StringComparison.Ordinal);
        Assert.Contains("Blocked by policy 7", job.PauseReason, StringComparison.Ordinal);
        Assert.Contains("between here and the service", job.PauseReason, StringComparison.Ordinal);

        _network.Before = static _ => null;
        await StepsAsync(isAsked: true);
        Assert.Equal(2, _network.Creates);
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task A_batch_that_shows_up_while_a_person_is_waited_for_is_still_adopted()
    {
        HttpRequestMessage? held = null;
        _network!.Before = request =>
        {
            if (!InterferingHandler.IsCreate(request))
            {
                return null;
            }

            request.Content!.CopyToAsync(Stream.Null).GetAwaiter().GetResult();
            held = request;
            return Reply(403, "no");
        };
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];
        await _engine.SendAsync(batch);
        await StepsAsync(isAsked: false, steps: 20);
        Assert.Equal(PauseCause.ForeignReply, _engine.Job("job").PausedFor);
        Assert.NotNull(held);

        // The gateway had kept the call and passes it on now.
        _network.Before = static _ => null;
        await LateAsync("a", "b");
        await StepsAsync(isAsked: false, steps: 60);

        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
        Assert.Null(_engine.Job("job").PauseReason);
    }

    [Fact]
    public async Task A_foreign_413_found_absent_is_a_rejection()
    {
        SwallowInstead(() => Reply(413, "<h1>413 Request Entity Too Large</h1>"));
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        await _engine.SendAsync(batch);

        await StepsAsync(isAsked: false, steps: 20);

        BatchRecord now = _engine.Ledger.Batches.Get(batch.Id);
        Assert.Equal(BatchState.Rejected, now.State);
        Assert.Contains("Request Entity Too Large", now.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(307)]
    public async Task A_foreign_refusal_before_the_last_byte_has_nothing_to_settle_and_waits_for_a_person(int status)
    {
        _network!.Before = request => InterferingHandler.IsCreate(request) ? Reply(status, "proxy") : null;
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];

        SendResult sent = await _engine.SendAsync(batch);
        await StepsAsync(isAsked: false, steps: 20);

        Assert.Equal((BatchState.Spooled, "ForeignReply"), (sent.Batch.State, sent.Failure!.Id));
        Assert.Equal(1, _network.Creates);
        _network.Before = static _ => null;
        await StepsAsync(isAsked: true);
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task Lost_replies_are_sent_again_twice_and_then_wait_for_a_person()
    {
        SwallowInstead(static () => throw new HttpRequestException("gone"));
        _engine.Seal("job", "a");

        await StepsAsync(isAsked: false, steps: 60);

        Assert.Equal(3, _network!.Creates);
        Assert.Equal(PauseCause.RepliesLost, _engine.Job("job").PausedFor);
        _network.Before = static _ => null;
        await StepsAsync(isAsked: true);
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Theory]
    [InlineData("")]
    [InlineData("msgbatch 1")]
    [InlineData("msgbatch/1")]
    [InlineData("msgbatch\\\\1")]
    [InlineData("msgbatch?1")]
    [InlineData("msgbatch#1")]
    [InlineData("msgbatch%31")]
    [InlineData("msgbatch\\u00071")]
    [InlineData("LONG")]
    public async Task An_acceptance_with_an_id_that_none_can_be_is_none(string id)
    {
        ReplyInstead((_, response) => Replace(response, id == "LONG" ? new string('m', 257) : id));
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];

        Assert.Equal(BatchState.Unconfirmed, (await _engine.SendAsync(batch)).Batch.State);
        _network!.After = static (_, response) => response;
        await StepsAsync(isAsked: true);

        Assert.Single(await _engine.AtServiceAsync());
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task An_acceptance_that_names_an_earlier_batch_is_none()
    {
        BatchRecord first = _engine.Seal("first", "a").NewBatches[0];
        string body = string.Empty;
        ReplyInstead((_, response) => Keep(response, text => body = text));
        await _engine.SendAsync(first);
        _engine.Clock.Advance(TimeSpan.FromHours(1));

        // A gateway gives the same reply once more.
        ReplyInstead((_, _) => Reply(200, body));
        BatchRecord second = _engine.Seal("second", "b").NewBatches[0];
        Assert.Equal(BatchState.Unconfirmed, (await _engine.SendAsync(second)).Batch.State);

        _network!.After = static (_, response) => response;
        await StepsAsync(isAsked: true, job: "second");
        Assert.Equal(2, (await _engine.AtServiceAsync()).Count);
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("second")).Succeeded);
    }

    [Fact]
    public async Task An_acceptance_that_is_older_than_the_list_before_it_is_none()
    {
        BatchRecord first = _engine.Seal("first", "a").NewBatches[0];
        await _engine.SendAsync(first);
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        await _engine.SendAsync(_engine.Seal("newer", "x").NewBatches[0]);
        ReplyInstead((_, response) => Rewrite(response, text => text
            .Replace("\"created_at\":\"2026-11-21T04", "\"created_at\":\"2026-11-21T03", StringComparison.Ordinal)
            .Replace("msgbatch_", "msgbatch_old", StringComparison.Ordinal)));

        SendResult sent = await _engine.SendAsync(_engine.Seal("job", "b").NewBatches[0]);

        Assert.Equal(BatchState.Unconfirmed, sent.Batch.State);
    }

    [Fact]
    public async Task An_acceptance_that_names_a_batch_of_that_moment_is_undone_when_its_answers_are_seen()
    {
        string theirs = await NameAnothersAsync(isMade: true);

        BatchRecord named = _engine.Ledger.Batches.OfJob(_engine.Job("job").Id)[0];
        Assert.Equal((BatchState.InProgress, theirs), (named.State, named.ServiceId));
        bool isTorn = false;
        _network!.After = (request, response) =>
        {
            // Of the first download a line comes, and the beginning of another: nothing of it is kept.
            if (!isTorn && request.RequestUri!.AbsolutePath.EndsWith($"{theirs}/results", StringComparison.Ordinal))
            {
                isTorn = true;
                response.Content = new StringContent(response.Content.ReadAsStringAsync().GetAwaiter().GetResult().Split('\n')[0] + "\n{\"cust");
            }

            return response;
        };
        await StepsAsync(isAsked: false);
        Assert.True(isTorn);

        BatchRecord found = _engine.Ledger.Batches.Get(named.Id);
        Assert.Equal((BatchState.Collected, Adoption.Confirmed), (found.State, found.Adopted));
        Assert.NotEqual(theirs, found.ServiceId);
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
        Assert.True(new Reconciler(_engine.Ledger).Check(_engine.Job("job")).IsReconciled);
        Assert.Equal(1, _network!.Creates);
        Assert.Contains(_engine.Ledger.Events.Read(null, null, 0, 100), e => e.Kind == nameof(EventKind.AdoptionRefuted)
            && e.Message.Contains($"'{theirs}' was named by the reply to the create of part 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_an_acceptance_has_named_anothers_batch_and_no_list_shows_ours_a_person_decides()
    {
        await NameAnothersAsync(isMade: false);

        await StepsAsync(isAsked: false);

        BatchRecord batch = _engine.Ledger.Batches.OfJob(_engine.Job("job").Id)[0];
        Assert.Equal((BatchState.Unconfirmed, true, null), (batch.State, batch.IsAmbiguous, batch.ServiceId));
        Assert.Equal(1, _network!.Creates);
        Assert.Empty(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));
    }

    [Theory]
    [InlineData(429, "rate_limit_error")]
    [InlineData(529, "overloaded_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(402, "billing_error")]
    [InlineData(403, "permission_error")]
    public async Task A_batch_that_was_refused_and_is_there_all_the_same_is_found_before_it_is_sent_again(int status, string type)
    {
        ReplyInstead((_, _) => Reply(status, $$$"""{"type":"error","error":{"type":"{{{type}}}","message":"No."}}"""));
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];
        Assert.Equal(BatchState.Spooled, (await _engine.SendAsync(batch)).Batch.State);

        _network!.After = static (_, response) => response;
        await StepsAsync(isAsked: true);

        Assert.Equal(1, _network.Creates);
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task A_rejected_part_that_is_there_all_the_same_is_found_before_its_rows_go_in_a_new_part()
    {
        ReplyInstead((_, _) => Reply(400, """{"type":"error","error":{"type":"invalid_request_error","message":"No."}}"""));
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];
        Assert.Equal(BatchState.Rejected, (await _engine.SendAsync(batch)).Batch.State);

        _network!.After = static (_, response) => response;
        Assert.Single(_engine.Seal("job", "a", "b").NewBatches);
        await StepsAsync(isAsked: true);

        Assert.Equal(1, _network.Creates);
        Assert.Single(await _engine.AtServiceAsync());
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
        Assert.True(new Reconciler(_engine.Ledger).Check(_engine.Job("job")).IsReconciled);
    }

    [Fact]
    public async Task A_later_job_of_the_same_size_does_not_delay_one_that_was_refused_long_ago()
    {
        ReplyInstead((_, _) => Reply(401, """{"type":"error","error":{"type":"authentication_error","message":"No."}}"""));
        _network!.Before = request => InterferingHandler.IsCreate(request) && _network.Creates == 1
            ? Reply(401, """{"type":"error","error":{"type":"authentication_error","message":"No."}}""")
            : null;
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        await _engine.SendAsync(batch);
        _network.After = static (_, response) => response;

        // The first good list after the refusal shows nothing; the next try fails as well, and a stranger comes an hour later.
        _network.Before = static request => InterferingHandler.IsCreate(request)
            ? Reply(401, """{"type":"error","error":{"type":"authentication_error","message":"No."}}""")
            : null;
        await _engine.SendAsync(batch);
        _network.Before = static _ => null;
        BatchRecord now = _engine.Ledger.Batches.Get(batch.Id);
        _engine.Ledger.Batches.Change(now, now with { Refusal = now.Refusal! with { IsListed = true } });
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        await LateAsync("x");

        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
    }

    [Fact]
    public async Task A_credit_that_has_run_out_pauses_the_job_and_the_top_up_is_enough()
    {
        _network!.Before = static request => InterferingHandler.IsCreate(request)
            ? Reply(400, """
                {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Claude API."}}
                """)
            : null;
        _engine.Seal("job", "a");
        await StepsAsync(isAsked: false, steps: 3);
        Assert.Equal(PauseCause.BillingRefused, _engine.Job("job").PausedFor);

        _network.Before = static _ => null;
        await StepsAsync(isAsked: false, steps: 60, every: TimeSpan.FromMinutes(30));

        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
        Assert.Null(_engine.Job("job").PauseReason);
        Assert.Null(_engine.Ledger.Batches.OfJob(_engine.Job("job").Id)[0].Message);
    }

    // A stranger makes a batch while ours is on its way, and the reply about it comes in the place of ours.
    private async Task<string> NameAnothersAsync(bool isMade)
    {
        _engine.Seal("job", "a", "b");
        string body = string.Empty;
        HttpResponseMessage Theirs()
        {
            body = LateAsync("x", "y").GetAwaiter().GetResult();
            return Reply(200, body);
        }

        if (isMade)
        {
            ReplyInstead((_, _) => Theirs());
        }
        else
        {
            SwallowInstead(Theirs);
        }

        await StepsAsync(isAsked: false, steps: 1);
        _network!.Before = static _ => null;
        _network.After = static (_, response) => response;
        return System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
    }

    private void ReplyInstead(Func<HttpRequestMessage, HttpResponseMessage, HttpResponseMessage> reply)
        => _network!.After = (request, response) => InterferingHandler.IsCreate(request) ? reply(request, response) : response;

    /// <summary>The whole body is taken, the service never sees it, and a reply is given.</summary>
    private void SwallowInstead(Func<HttpResponseMessage> reply) => _network!.Before = request =>
    {
        if (!InterferingHandler.IsCreate(request))
        {
            return null;
        }

        request.Content!.CopyToAsync(Stream.Null).GetAwaiter().GetResult();
        return reply();
    };

    private async Task StepsAsync(bool isAsked, int steps = 60, string job = "job", TimeSpan? every = null)
    {
        JobStep step = new(
            _engine.Ledger, new BatchRound(_engine.Ledger, _engine.Api), new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock));
        for (int i = 0; i < steps && _engine.Ledger.Jobs.Totals(_engine.Job(job)).Pending > 0; i++)
        {
            if (step.IsDue(_engine.Job(job), isNamed: isAsked))
            {
                await step.RunAsync(_engine.Job(job), isAsked, CancellationToken.None);
            }

            _engine.Clock.Advance(every ?? TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>Makes a batch of these requests in the account, past this ledger.</summary>
    /// <returns>The service's reply.</returns>
    private async Task<string> LateAsync(params string[] ids)
    {
        string requests = string.Join(',', ids.Select(static id => Encoding.UTF8.GetString(EngineFixture.Request(id).Utf8.Span)));
        using HttpRequestMessage create = new(HttpMethod.Post, new Uri(EmulatorHandler.BaseAddress, "v1/messages/batches"));
        create.Content = new StringContent($$"""{"requests":[{{requests}}]}""", Encoding.UTF8, "application/json");
        create.Headers.Add("x-api-key", "sk-ant-test");
        create.Headers.Add("anthropic-version", "2023-06-01");
        using HttpMessageInvoker other = new(
            new EmulatorHandler(Path.Combine(_engine.Root, "service"), _engine.Plan, _engine.Clock), disposeHandler: true);
        using HttpResponseMessage response = await other.SendAsync(create, CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private static HttpResponseMessage Reply(int status, string body)
        => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "text/html") };

    private static HttpResponseMessage Replace(HttpResponseMessage response, string id)
        => Rewrite(response, text => System.Text.RegularExpressions.Regex.Replace(text, "\"id\":\"[^\"]*\"", $"\"id\":\"{id.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\\\\u", "\\u", StringComparison.Ordinal).Replace("\\\\\\\\", "\\\\", StringComparison.Ordinal)}\""));

    private static HttpResponseMessage Keep(HttpResponseMessage response, Action<string> keep) => Rewrite(response, text =>
    {
        keep(text);
        return text;
    });

    private static HttpResponseMessage Rewrite(HttpResponseMessage response, Func<string, string> rewrite)
    {
        using StreamReader reader = new(response.Content.ReadAsStream());
        HttpResponseMessage other = new(response.StatusCode) { Content = new StringContent(rewrite(reader.ReadToEnd())) };
        foreach ((string name, IEnumerable<string> values) in response.Headers)
        {
            other.Headers.TryAddWithoutValidation(name, values);
        }

        return other;
    }
}
