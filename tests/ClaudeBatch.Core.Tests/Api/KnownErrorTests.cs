using System.Net;
using System.Text;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Api;

/// <summary>Errors whose code tells more than their HTTP status: what they mean, and the sentence that says what to do.</summary>
public sealed class KnownErrorTests
{
    private const string TwoPictures = """{"error_code":"image_dimensions_too_large","max_side_length_pixels":8000,"paths":["messages.0.content.1","messages.0.content.3"]}""";

    [Fact]
    public async Task A_workspace_without_human_review_pauses_the_job_until_somebody_names_it()
    {
        using EngineFixture engine = new();
        engine.Plan.Faults = [new EmulatorFault(FaultKind.Refuse) { Status = 400, Code = "workspace_human_review_disabled", Times = -1 }];
        BatchRecord batch = engine.Seal("job", "a").NewBatches[0];

        SendResult result = await engine.SendAsync(batch);

        Assert.Equal(("HumanReviewDisabled", FailureKind.Permission, BatchState.Spooled), (result.Failure!.Id, result.Failure.Kind, result.Batch.State));
        JobRecord job = engine.Job("job");
        Assert.Contains("use a key of another workspace", job.PauseReason!, StringComparison.Ordinal);
        Assert.Equal(JobState.Paused, JobStates.Of(engine.Ledger, job, engine.Ledger.Batches.OfJob(job.Id)));
        JobStep step = new(engine.Ledger, new BatchRound(engine.Ledger, engine.Api), new BatchCollector(engine.Ledger, engine.Api, engine.Clock));
        engine.Clock.Advance(TimeSpan.FromHours(30));
        Assert.False(step.IsDue(job, isNamed: false));
        Assert.True(step.IsDue(job, isNamed: true));
    }

    [Theory]
    [InlineData(401, null, "", PauseCause.ApiKeyRejected)]
    [InlineData(402, null, "", PauseCause.BillingRefused)]
    [InlineData(403, null, "", PauseCause.PermissionDenied)]
    [InlineData(429, "enforced_spend_limit_reached", "", PauseCause.SpendLimitReached)]
    [InlineData(402, "organization_on_hold", "", PauseCause.SpendLimitReached)]
    [InlineData(400, "cmek_key_disabled", "", PauseCause.SpendLimitReached)]
    [InlineData(400, null, "You have reached your specified API usage limits.", PauseCause.SpendLimitReached)]
    [InlineData(400, null, "Others reach their API usage limits.", null)]
    [InlineData(429, null, "", null)]
    [InlineData(500, null, "", null)]
    public void What_an_operator_must_see_to_pauses_and_nothing_else(int status, string? code, string words, PauseCause? pauses)
    {
        KnownError known = KnownError.Of(status, code, words);

        Assert.Equal(pauses, known.Pauses);
        Assert.Equal(pauses is not null, known.Kind is FailureKind.Authentication or FailureKind.Permission or FailureKind.Billing);
        Assert.Equal(pauses?.ToString() ?? known.Id, known.Id);
    }

    [Fact]
    public async Task Another_pause_is_tried_again_after_an_hour()
    {
        using EngineFixture engine = new();
        engine.Plan.Faults = [new EmulatorFault(FaultKind.Refuse) { Status = 403, Times = -1 }];
        await engine.SendAsync(engine.Seal("job", "a").NewBatches[0]);
        JobStep step = new(engine.Ledger, new BatchRound(engine.Ledger, engine.Api), new BatchCollector(engine.Ledger, engine.Api, engine.Clock));

        Assert.False(step.IsDue(engine.Job("job"), isNamed: false));
        engine.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True(step.IsDue(engine.Job("job"), isNamed: false));
    }

    [Theory]
    [InlineData(TwoPictures, "Too large. Make the pictures at messages.0.content.1, messages.0.content.3 smaller: at most 8,000 pixels on a side.")]
    [InlineData("""{"paths":["messages.0.content.1"],"error_code":"image_dimensions_too_large"}""", "Too large. Make the picture at messages.0.content.1 smaller: fewer pixels on a side.")]
    [InlineData("""{"error_code":"image_dimensions_too_large","max_side_length_pixels":"many","paths":7}""", "Too large. Make the picture smaller: fewer pixels on a side.")]
    [InlineData("""{"error_code":["image_dimensions_too_large"]}""", "Too large.")]
    [InlineData("""["error_code"]""", "Too large.")]
    [InlineData("""{"error_code":"another"}""", "Too large.")]
    [InlineData("null", "Too large.")]
    public void A_result_names_the_picture_that_is_too_large(string details, string reason)
    {
        ResultLine line = ResultLine.Parse(Encoding.UTF8.GetBytes(
            $$$$"""{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"details":{{{{details}}}},"type":"invalid_request_error","message":"Too large."},"request_id":null}}}"""))!;

        Assert.Equal(("Too large.", reason), (line.ErrorMessage, line.ErrorReason));
        Assert.Equal(reason, Completeness.Reason(line.Status, line.StopReason, line.ErrorReason));
    }

    [Fact]
    public async Task A_single_request_names_it_too()
    {
        InterferingHandler? network = null;
        using EngineFixture engine = new(between: service => network = new InterferingHandler(service));
        network!.Before = static request => request.RequestUri!.AbsolutePath == "/v1/messages"
            ? new HttpResponseMessage(HttpStatusCode.BadRequest)
            {
                Content = new StringContent($$$"""{"type":"error","error":{"type":"invalid_request_error","message":"Too large.","details":{{{TwoPictures}}}}}"""),
            }
            : null;

        (RequestFault? fault, _) = await new MessageTrial(engine.Api, new PriceList(ModelCatalog.Shipped)).SendAsync(EngineFixture.Request("a").Utf8, default, CancellationToken.None);

        Assert.Equal("The service refused it: Too large. Make the pictures at messages.0.content.1, messages.0.content.3 smaller: at most 8,000 pixels on a side.", fault!.Value.Message);
    }
}
