using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class ResultLineTests
{
    [Fact]
    public void A_recorded_success_is_read()
    {
        ResultLine line = Parse("""{"custom_id":"ok-1","result":{"type":"succeeded","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5-20251001","content":[{"type":"text","text":"1"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":16,"cache_creation_input_tokens":3,"cache_read_input_tokens":2,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":2},"output_tokens":5,"service_tier":"batch","inference_geo":"not_available","server_tool_use":{"web_search_requests":4,"web_fetch_requests":9}}}}}""")!;

        Assert.Equal(("ok-1", Outcome.Succeeded, "end_turn", "claude-haiku-4-5-20251001"), (line.CustomId, line.Status, line.StopReason, line.Model));
        Assert.Equal(new TokenUsage(16, 1, 2, 2, 5, 4), line.Usage);
    }

    [Fact]
    public void Cache_writes_without_their_split_count_as_five_minute_ones()
    {
        ResultLine line = Parse("""{"custom_id":"a","result":{"type":"succeeded","message":{"content":[],"usage":{"input_tokens":1,"cache_creation_input_tokens":7,"cache_creation":null,"output_tokens":2}}}}""")!;

        Assert.Equal(new TokenUsage(1, 7, 0, 0, 2, 0), line.Usage);
    }

    [Theory]
    [InlineData("""{"type":"succeeded"}""")]
    [InlineData("""{"type":"succeeded","message":null}""")]
    [InlineData("""{"type":"succeeded","message":{}}""")]
    [InlineData("""{"message":"hello","type":"succeeded"}""")]
    [InlineData("""{"type":"succeeded","message":[]}""")]
    [InlineData("""{"type":"succeeded","message":{"content":"hello"}}""")]
    public void A_result_that_has_succeeded_without_the_content_of_a_message_is_none(string result)
        => Assert.Null(Parse($$"""{"custom_id":"a","result":{{result}}}"""));

    [Fact]
    public void The_error_is_the_inner_one()
    {
        ResultLine line = Parse("""{"custom_id":"bad","result":{"type":"errored","error":{"type":"error","error":{"details":{"error_visibility":"user_facing"},"type":"not_found_error","message":"model: x"},"request_id":"workerreq_1"}}}""")!;

        Assert.Equal((Outcome.Errored, "not_found_error", "model: x", "workerreq_1"), (line.Status, line.ErrorType, line.ErrorMessage, line.ErrorRequestId));
        Assert.Equal(FailureClass.Permanent, line.FailureClass);
    }

    [Fact]
    public void What_is_escaped_is_read_as_what_it_stands_for()
    {
        ResultLine line = Parse("""{"custom_id":"\u0061-1","result":{"ty\u0070e":"succeeded","message":{"model":"m\/1","content":["\ud83d"]}}}""")!;

        Assert.Equal(("a-1", Outcome.Succeeded, "m/1"), (line.CustomId, line.Status, line.Model));
    }

    [Theory]
    [InlineData("canceled", Outcome.Canceled)]
    [InlineData("expired", Outcome.Expired)]
    [InlineData("paused_by_moonlight", Outcome.Unknown)]
    public void Bare_and_unknown_outcomes_are_read(string type, Outcome status)
        => Assert.Equal(status, Parse($$$"""{"custom_id":"a","result":{"type":"{{{type}}}"}}""")!.Status);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"custom_id":"a","result":{"type":"succ""")]
    [InlineData("""{"custom_id":"a"}""")]
    [InlineData("""{"result":{"type":"expired"}}""")]
    [InlineData("""{"custom_id":"a","result":null}""")]
    [InlineData("""{"custom_id":"a","result":{"type":"expired"}}{"custom_id":"b","result":{"type":"expired"}}""")]
    [InlineData("null")]
    [InlineData("""{"custom_id":"a","result":{"type":"errored","error":{"error":{"type":"x","message":"half a pair: \ud83d"}}}}""")]
    [InlineData("""{"custom_id":"a","result":{"type":"expired","\ud83d":1}}""")]
    [InlineData("""{"custom_id":"a","result":{"type":"succeeded","message":{"usage":{"output_tokens":4294967296}}}}""")]
    [InlineData("""{"custom_id":"a","result":{"type":"succeeded","message":{"usage":{"output_tokens":-1}}}}""")]
    [InlineData("""{"custom_id":"a","result":{"type":"succeeded","message":{"usage":{"output_tokens":1.5}}}}""")]
    public void What_cannot_be_read_is_no_result(string line) => Assert.Null(Parse(line));

    [Fact]
    public void A_line_that_is_not_utf8_is_no_result()
    {
        byte[] line = Encoding.UTF8.GetBytes("""{"custom_id":"a","result":{"type":"errored","error":{"error":{"type":"x","message":"?"}}}}""");
        line[Array.IndexOf(line, (byte)'?')] = 0xFF;

        Assert.Null(ResultLine.Parse(line));
    }

    [Theory]
    [InlineData("api_error", "x", FailureClass.Transient)]
    [InlineData("overloaded_error", "x", FailureClass.Transient)]
    [InlineData("timeout_error", "x", FailureClass.Transient)]
    [InlineData("rate_limit_error", "x", FailureClass.Transient)]
    [InlineData("invalid_request_error", "x", FailureClass.Permanent)]
    [InlineData("request_too_large", "x", FailureClass.Permanent)]
    [InlineData("something_new", "x", FailureClass.Permanent)]
    [InlineData("authentication_error", "x", FailureClass.OperatorFixable)]
    [InlineData("invalid_request_error", "Your credit balance is too low to run.", FailureClass.OperatorFixable)]
    public void Failures_are_classed_by_type_and_words(string type, string message, FailureClass expected)
        => Assert.Equal(expected, FailureClasses.Of(Outcome.Errored, type, message));

    private static ResultLine? Parse(string line) => ResultLine.Parse(Encoding.UTF8.GetBytes(line));
}
