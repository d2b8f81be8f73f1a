using System.Net;
using System.Text;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>Every reply to a create call and what follows from it, with the emulator and a network that interferes.</summary>
public sealed class SendTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public SendTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_part_that_is_removed_right_before_its_create_is_told_as_gone()
    {
        BatchRecord batch = _engine.Seal("removed", "a").NewBatches[0];
        Milestone.Passed = name =>
        {
            if (name == "intent-recorded")
            {
                _engine.Ledger.Jobs.Forget(_engine.Job("removed"));
            }
        };
        Assert.Equal("BatchGone", (await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.SendAsync(batch))).Id);
        Assert.Empty(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task A_part_of_equal_size_waits_while_another_process_sends_one()
    {
        BatchRecord first = _engine.Seal("first", "a").NewBatches[0];
        BatchRecord second = _engine.Seal("second", "b").NewBatches[0];
        SendResult? beside = null;
        Network.Before = request =>
        {
            if (InterferingHandler.IsCreate(request) && beside is null)
            {
                beside = new SendResult(second, null);
                using JobLedger other = JobLedger.Open(_engine.Ledger.Folder, _engine.Clock);
                beside = new BatchSender(other, _engine.Api).SendAsync(second.Id, null, CancellationToken.None).GetAwaiter().GetResult();
            }

            return null;
        };

        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(first)).Batch.State);
        Assert.Equal((BatchState.Spooled, "BatchWaits"), (beside!.Batch.State, beside.Failure!.Id));
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(second)).Batch.State);
    }

    [Fact]
    public async Task An_accepted_batch_has_an_id_and_is_in_progress()
    {
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];

        SendResult result = await _engine.SendAsync(batch);

        Assert.Null(result.Failure);
        Assert.Equal(BatchState.InProgress, result.Batch.State);
        MessageBatch there = Assert.Single(await _engine.AtServiceAsync());
        Assert.Equal(there.Id, result.Batch.ServiceId);
        Assert.Equal(2, there.RequestCounts.Total);
    }

    [Fact]
    public async Task A_sent_batch_is_not_sent_again()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];

        await _engine.SendAsync(batch);
        await _engine.SendAsync(batch);

        Assert.Equal(1, Network.Creates);
        Assert.Single(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task A_lost_reply_leaves_the_batch_unconfirmed_and_is_never_sent_blindly_again()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.After = static (request, response) => InterferingHandler.IsCreate(request) ? throw new HttpRequestException("reset") : response;

        SendResult result = await _engine.SendAsync(batch);
        await _engine.SendAsync(batch);

        Assert.Equal(BatchState.Unconfirmed, result.Batch.State);
        Assert.Equal("BatchUnconfirmed", result.Failure!.Id);
        Assert.Equal(1, Network.Creates);
        Assert.Single(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task A_network_that_is_gone_before_the_last_byte_leaves_the_batch_sendable()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Before = static request => InterferingHandler.IsCreate(request) ? throw new HttpRequestException("no route") : null;

        SendResult failed = await _engine.SendAsync(batch);
        Network.Before = static _ => null;
        SendResult sent = await _engine.SendAsync(batch);

        Assert.Equal(BatchState.Spooled, failed.Batch.State);
        Assert.Equal("ConnectionFailed", failed.Failure!.Id);
        Assert.Equal(BatchState.InProgress, sent.Batch.State);
        Assert.Single(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task The_unconfirmed_state_is_on_disk_before_the_last_byte_leaves()
    {
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];
        BatchState? stateAtLastByte = null;
        long seenBefore = 0;
        Network.Before = request =>
        {
            if (InterferingHandler.IsCreate(request))
            {
                using WatchedStream body = new(count =>
                {
                    if (count == batch.SizeInBytes)
                    {
                        using JobLedger other = JobLedger.Open(_engine.Ledger.Folder, _engine.Clock);
                        stateAtLastByte = other.Batches.Get(batch.Id).State;
                    }
                    else
                    {
                        seenBefore = count;
                    }
                });
                request.Content!.CopyToAsync(body).GetAwaiter().GetResult();
                return Answer(HttpStatusCode.InternalServerError, "api_error");
            }

            return null;
        };

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(BatchState.Unconfirmed, stateAtLastByte);
        Assert.Equal(batch.SizeInBytes - 1, seenBefore);
        Assert.Equal(BatchState.Unconfirmed, result.Batch.State);
    }

    [Theory]
    [InlineData(400, "invalid_request_error", BatchState.Rejected, "RequestInvalid")]
    [InlineData(413, null, BatchState.Rejected, "BatchTooLarge")]
    [InlineData(404, "not_found_error", BatchState.Rejected, "BatchNotFound")]
    [InlineData(307, null, BatchState.Spooled, "ForeignReply")]
    [InlineData(401, null, BatchState.Spooled, "ForeignReply")]
    [InlineData(529, "overloaded_error", BatchState.Spooled, "ServiceOverloaded")]
    [InlineData(429, "rate_limit_error", BatchState.Spooled, "RateLimited")]
    [InlineData(401, "authentication_error", BatchState.Spooled, "ApiKeyRejected")]
    [InlineData(403, "permission_error", BatchState.Spooled, "PermissionDenied")]
    [InlineData(500, "api_error", BatchState.Spooled, "ServiceFailed")]
    public async Task A_refusal_before_the_body_has_gone_is_known_for_what_it_is(int status, string? type, BatchState state, string id)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Before = request => InterferingHandler.IsCreate(request) ? Answer((HttpStatusCode)status, type) : null;

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal((state, id), (result.Batch.State, result.Failure!.Id));
        Assert.Equal(1, Network.Creates);
    }

    [Theory]
    [InlineData(500, "api_error", BatchState.Unconfirmed)]
    [InlineData(504, null, BatchState.Unconfirmed)]
    [InlineData(409, "conflict_error", BatchState.Unconfirmed)]
    [InlineData(529, null, BatchState.Unconfirmed)]
    [InlineData(429, null, BatchState.Unconfirmed)]
    [InlineData(529, "overloaded_error", BatchState.Spooled)]
    [InlineData(400, "invalid_request_error", BatchState.Rejected)]
    public async Task After_the_last_byte_only_a_clear_refusal_means_not_accepted(int status, string? type, BatchState state)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.After = (request, response) => InterferingHandler.IsCreate(request) ? Answer((HttpStatusCode)status, type) : response;

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(state, result.Batch.State);
        Assert.Equal(1, Network.Creates);
    }

    [Fact]
    public async Task A_spend_limit_pauses_the_job_with_the_services_words()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Before = static request => InterferingHandler.IsCreate(request)
            ? Answer((HttpStatusCode)429, "rate_limit_error", "enforced_spend_limit_reached")
            : null;

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(("SpendLimitReached", FailureKind.Billing), (result.Failure!.Id, result.Failure.Kind));
        JobRecord job = _engine.Job("job");
        Assert.Contains("The service's words.", job.PauseReason!, StringComparison.Ordinal);
        Assert.Equal(JobState.Paused, JobStates.Of(_engine.Ledger, job, _engine.Ledger.Batches.OfJob(job.Id)));
    }

    [Fact]
    public async Task A_rejected_key_costs_a_list_call_and_no_upload()
    {
        _engine.Plan.ApiKey = "another";
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal("ApiKeyRejected", result.Failure!.Id);
        Assert.Equal(0, Network.Creates);
        Assert.NotNull(_engine.Job("job").PauseReason);
    }

    [Fact]
    public async Task A_job_goes_to_no_other_workspace_than_it_began_in()
    {
        SealedInput input = _engine.Seal("job", [EngineFixture.Request("a"), EngineFixture.Request("b")], new SpoolLimits(MaxRequests: 1));
        await _engine.SendAsync(input.NewBatches[0]);
        _engine.Plan.WorkspaceId = "wrkspc_other";

        SendResult result = await _engine.SendAsync(input.NewBatches[1]);

        Assert.Equal("JobBoundElsewhere", result.Failure!.Id);
        Assert.Equal(1, Network.Creates);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string? type, string? code = null) => new(status)
    {
        Content = new StringContent(
            type is null
                ? "<html>proxy</html>"
                : "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"The service's words.\",\"details\":{\"error_code\":"
                    + (code is null ? "null" : $"\"{code}\"") + "}}}",
            Encoding.UTF8),
    };
}
