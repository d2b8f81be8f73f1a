using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class CollectedResultTests
{
    private const string Line = """{"custom_id":"a","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"{\"label\":"},{"type":"text","text":"1}"}]}}}""";

    [Fact]
    public void A_line_that_was_judged_against_a_schema_is_not_parsed_again()
    {
        AnswerSchema schema = new("""{"type":"object","properties":{"label":{"type":"string"}}}"""u8.ToArray());
        CollectedResult result = new(Batch(), Attempt(), Encoding.UTF8.GetBytes(Line), [], schema);

        string? reason = Completeness.Of(result);

        Assert.Equal("The answer does not fit the schema: $.label is number, and the schema asks for string.", reason);
        Assert.NotNull(result.Answer);
        Assert.Same(result.Answer, result.ReadAnswer());
        Assert.Same(result.Answer.Text, result.ReadAnswer()!.Text); // nor is its text put together again
    }

    [Fact]
    public void A_line_without_a_schema_is_parsed_when_somebody_looks()
    {
        CollectedResult result = new(Batch(), Attempt(), Encoding.UTF8.GetBytes(Line), [], null);

        Assert.Null(Completeness.Of(result));
        Assert.Null(result.Answer);
        Assert.Equal("{\"label\":1}", result.ReadAnswer()!.Text);
    }

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

    private static AttemptRecord Attempt() => new(0, "a", 0, 1, Outcome.Succeeded, null, 0, 1, 0, 0, 1, "end_turn", "m", null, 0, 0, 0, null, null, null);
}
