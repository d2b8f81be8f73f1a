using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class OddAnswerTests
{
    private const string Mended = "U+FFFD stands in Text for what is no character: half of a surrogate pair, or bytes that are not UTF-8.";

    private const string HalfPair = "The answer is JSON with half of a surrogate pair in a string, so that Output is null; Text has it.";

    [Theory]
    [InlineData(@"so \ud83d", "so \uFFFD")]
    [InlineData(@"so \uDE00 \n\t\u00fc \""x\""", "so \uFFFD \n\t\u00fc \"x\"")]
    [InlineData(@"\ud83d\ud83d\ude00", "\uFFFD\ud83d\ude00")]
    public void A_text_with_half_a_pair_is_what_came_with_a_sign_in_its_place(string inJson, string text)
    {
        CollectedResult result = Answer(Encoding.UTF8.GetBytes(inJson));

        Assert.Equal(text, result.ReadAnswer()!.Text);
        Assert.Equal(Mended, Completeness.Of(result));
    }

    [Fact]
    public void A_text_that_is_not_utf8_is_what_came_with_a_sign_in_its_place()
    {
        CollectedResult result = Answer([.. "caf"u8, 0xE9, .. @" \u0041"u8]);

        Assert.Equal("caf\uFFFD A", result.ReadAnswer()!.Text);
        Assert.Equal(Mended, Completeness.Of(result));
    }

    [Theory]
    [InlineData(@"a \ud83d\ude00")]
    [InlineData(@"a \\ud83d")] // a backslash and letters
    [InlineData("{\\\"x\\\":1} thanks")]
    public void A_text_that_only_looks_odd_is_complete(string inJson)
        => Assert.Null(Completeness.Of(Answer(Encoding.UTF8.GetBytes(inJson))));

    [Fact]
    public void Json_with_half_a_pair_says_why_there_is_no_output()
    {
        CollectedResult result = Answer(Encoding.UTF8.GetBytes(@"{\""x\"":\""\\ud83d\""}"));

        Assert.Equal(@"{""x"":""\ud83d""}", result.ReadAnswer()!.Text);
        Assert.Equal(HalfPair, Completeness.Of(result));
    }

    [Fact]
    public void Json_with_half_a_pair_is_not_judged_by_a_schema_that_would_read_it()
    {
        AnswerSchema schema = new("""{"type":"object","properties":{"x":{"type":"string","maxLength":3}}}"""u8.ToArray());

        Assert.Equal(HalfPair, Completeness.Of(Answer(Encoding.UTF8.GetBytes(@"{\""x\"":\""\\ud83d\""}"), schema)));
    }

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, "The answer is JSON nested more than 64 levels deep, so that Output is null; Text has it.")]
    public void Json_that_is_too_deep_says_why_there_is_no_output(int depth, string? reason)
        => Assert.Equal(reason, Completeness.Of(Answer(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth)))));

    [Theory]
    [InlineData(@"""usage"":{""note"":""\ud83d"",""output_tokens"":1}")]
    [InlineData(@"""\ud83d"":{""text"":1}")]
    [InlineData(@"""usage"":{""output_tokens"":1,""deep"":1e400}")]
    public void What_is_odd_beside_the_text_leaves_the_text_whole(string member)
    {
        AnswerContent answer = AnswerContent.Read(Encoding.UTF8.GetBytes(
            @"{""custom_id"":""a"",""result"":{""type"":""succeeded"",""message"":{" + member
                + @",""content"":[{""type"":""text"",""text"":""paid""}]}}}"))!;

        Assert.Equal("paid", answer.Text);
        Assert.False(answer.IsMended);
    }

    [Fact]
    public void A_line_without_a_message_says_so()
    {
        byte[] line = """{"custom_id":"a","result":{"type":"succeeded"}}"""u8.ToArray();

        Assert.Equal(
            "The service's line has no message; Raw is the line.",
            Completeness.Of(new CollectedResult(Batch(), Attempt(stopReason: null), line, [], null)));
    }

    private static CollectedResult Answer(byte[] text, AnswerSchema? schema = null) => new(
        Batch(),
        Attempt("end_turn"),
        [.. @"{""custom_id"":""a"",""result"":{""type"":""succeeded"",""message"":{""content"":[{""type"":""text"",""text"":"""u8, .. text, .. @"""}]}}}"u8],
        [],
        schema);

    private static BatchRecord Batch() => new()
    {
        Id = 1,
        Identity = Guid.NewGuid(),
        Version = 0,
        JobId = 1,
        Job = "job",
        Part = 1,
        Attempt = 1,
        State = BatchState.Collected,
        Adopted = Adoption.No,
        RequestCount = 1,
        SizeInBytes = 1,
        Counts = new(0, 1, 0, 0, 0),
    };

    private static AttemptRecord Attempt(string? stopReason)
        => new(0, "a", 0, 1, Outcome.Succeeded, null, 0, 1, 0, 0, 1, stopReason, "m", null, 0, 0, 0, null, null, null);
}
