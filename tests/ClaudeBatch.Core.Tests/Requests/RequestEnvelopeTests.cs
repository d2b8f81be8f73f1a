using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>An item of a batch is an object with an id and params, and with nothing else. What else it is, is told.</summary>
public sealed class RequestEnvelopeTests
{
    private const string Params = """{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"Hi"}]}""";

    [Theory]
    [InlineData("""{"custom_id":"a","params":PARAMS}""", null)]
    [InlineData("""{"params":PARAMS,"custom_id":"a"}""", null)]
    [InlineData("""{"params":PARAMS}""", "has no 'custom_id'.")]
    [InlineData("""{"custom_id":"a"}""", "has no 'params'.")]
    [InlineData("{}", "has no 'custom_id'.")]
    [InlineData("[]", "is not a JSON object.")]
    [InlineData("\"a\"", "is not a JSON object.")]
    [InlineData("7", "is not a JSON object.")]
    [InlineData("""{"custom_id":7,"params":PARAMS}""", "has a 'custom_id' of the wrong type.")]
    [InlineData("""{"custom_id":"a","params":[]}""", "has a 'params' of the wrong type.")]
    [InlineData("""{"custom_id":null,"params":7}""", "has a 'custom_id' of the wrong type.")]
    [InlineData("""{"row":1,"custom_id":"a","params":PARAMS}""", "has the field 'row'; the service takes custom_id and params only.")]
    [InlineData("""{"custom_id":"a","params":PARAMS,"row":1,"note":""}""", "has the field 'row'; the service takes custom_id and params only.")]
    [InlineData("""{"custom_id":7,"row":1}""", "has a 'custom_id' of the wrong type.")]
    public void The_first_fault_of_the_object_around_the_params_is_told(string item, string? fault)
        => Assert.Equal(fault, Check(item).EnvelopeFault);

    [Theory]
    [InlineData("""{"row":1,"custom_id":"a","params":PARAMS}""")]
    [InlineData("""{"row":{"custom_id":"b","params":{}},"custom_id":"a","params":PARAMS}""")]
    [InlineData("""{"row":[{"custom_id":"b"}],"params":PARAMS,"custom_id":"a"}""")]
    public void What_stands_in_a_field_that_is_too_much_is_not_read_as_the_request(string item)
    {
        RequestFacts facts = Check(item);

        Assert.Equal(("a", "claude-haiku-4-5"), (facts.CustomId, facts.Model));
        Assert.Empty(facts.Faults);
    }

    [Theory]
    [InlineData("""{"custom_id":"a","params":PARAMS} {}""")]
    [InlineData("""{"custom_id":"a","params":PARAMS},""")]
    [InlineData("""{"custom_id":"a","params":PARAMS""")]
    [InlineData("")]
    public void What_is_no_JSON_or_more_than_one_value_is_no_request(string item) => Assert.ThrowsAny<JsonException>(() => Check(item));

    [Fact]
    public void Half_of_a_surrogate_pair_leaves_nothing_to_read()
    {
        RequestFacts facts = Check("""{"custom_id":"\ud800","params":PARAMS}""");

        Assert.StartsWith("has half of a surrogate pair", facts.EnvelopeFault, StringComparison.Ordinal);
        Assert.Equal(["TextInvalid"], facts.Faults.Select(static f => f.Id));
    }

    [Fact]
    public void Nothing_of_one_request_is_left_in_the_next()
    {
        RequestChecker checker = Checker();
        checker.Check(Encoding.UTF8.GetBytes(
            """{"custom_id":"a","extra":1,"params":{"model":"claude-haiku-4-5","max_tokens":10,"system":[{"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}],"inference_geo":"us","tool_choice":{"type":"any"},"messages":[{"role":"bot","content":[{"type":"image","source":{"type":"url","url":"u"}}]}]}}"""));

        RequestFacts facts = checker.Check(Encoding.UTF8.GetBytes(Item));

        Assert.Empty(facts.Faults);
        Assert.Equal((null, null, null), (facts.EnvelopeFault, facts.CachedPrefix, facts.InferenceGeo));
        Assert.Equal((0, 0, 0L, 2L, false), (facts.Images, facts.References, facts.CachedBytes, facts.TextBytes, facts.CachesForAnHour));
        Assert.True(facts.IsCountable);
    }

    private static string Item => $"{{\"custom_id\":\"a\",\"params\":{Params}}}";

    private static RequestChecker Checker() => new(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), "2026-10-21", []);

    private static RequestFacts Check(string item)
        => Checker().Check(Encoding.UTF8.GetBytes(item.Replace("PARAMS", Params, StringComparison.Ordinal)));
}
