using System.Text.Json.Nodes;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

public sealed class SharedTextTests
{
    [Theory]
    [InlineData("One label.", "One label.")]
    [InlineData("{a} {", "{a} {")]
    [InlineData("\\{{Body}}", "{{Body}}")]
    [InlineData("a \\{{b}} c \\{{", "a {{b}} c {{")]
    public void A_text_is_itself_and_an_escaped_placeholder_its_characters(string given, string text)
        => Assert.Equal(text, SharedText.Of(given, "System"));

    [Theory]
    [InlineData("For {{Body}}", "PlaceholderShared", "-System has the placeholder '{{Body}}'")]
    [InlineData("\\{{a}} {{ b.c }}", "PlaceholderShared", "'{{b.c}}'")]
    [InlineData("{{_}}", "PlaceholderShared", "'{{_}}'")]
    [InlineData("{{", "TemplateInvalid", "write '\\{{'")]
    [InlineData("{{}}", "TemplateInvalid", "write '\\{{'")]
    public void A_placeholder_is_refused_because_no_row_fills_it(string given, string id, string why)
    {
        ClaudeBatchException refused = Assert.Throws<ClaudeBatchException>(() => SharedText.Of(given, "System"));

        Assert.Equal(id, refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_are_looked_for_at_any_depth_and_regular_expressions_left_alone()
    {
        JsonNode value = JsonNode.Parse("""[{"a":["\\{{x}}",1,null,true],"pattern":"^\\{{2}$"},"\\{{"]""")!;

        Assert.Equal("""[{"a":["{{x}}",1,null,true],"pattern":"^\\{{2}$"},"{{"]""", SharedText.In(value, "Tool")!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Throws<ClaudeBatchException>(() => SharedText.In(JsonNode.Parse("""{"a":[{"b":"{{Body}}"}]}"""), "Tool"));
    }
}
