using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Requests;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("{{a}}", "1")]
    [InlineData("x {{ a }} y {{b.c}}", "x 1 y 2")]
    [InlineData(@"\{{a}} {{a}}", "{{a}} 1")]
    [InlineData("no places", "no places")]
    public void Places_are_filled_from_the_row(string template, string expected)
        => Assert.Equal(expected, TextTemplate.Parse(template).Render(new Row(("a", "1"), ("b.c", "2"))));

    [Theory]
    [InlineData("{{a")]
    [InlineData("{{}}")]
    [InlineData("x {{ }}")]
    public void An_open_or_empty_place_is_an_error(string template)
        => Assert.Equal("TemplateInvalid", Assert.Throws<ClaudeBatchException>(() => TextTemplate.Parse(template)).Id);

    [Fact]
    public void An_unknown_name_is_told_with_the_names_that_are_there()
    {
        ClaudeBatchException error = Assert.Throws<ClaudeBatchException>(() => TextTemplate.Parse("{{Bdoy}}").Render(new Row(("Id", "7"), ("Body", "x"))));

        Assert.Equal("PlaceholderUnknown", error.Id);
        Assert.Equal("There is no column 'Bdoy'; there are 'Id', 'Body'.", error.Message);
    }

    [Fact]
    public void The_params_of_two_requests_are_the_same_bytes_up_to_the_prompt()
    {
        using RequestTemplate template = new("claude-haiku-4-5", 12, [("system", "\"Be brief.\""u8.ToArray())]);

        string one = Params(template.Render("a", "first"));
        string two = Params(template.Render("bcd", "second"));

        const string frozen = """{"model":"claude-haiku-4-5","max_tokens":12,"system":"Be brief.","messages":[{"role":"user","content":""";
        Assert.Equal(frozen + "\"first\"}]}", one);
        Assert.Equal(frozen + "\"second\"}]}", two);
    }

    [Fact]
    public void Any_prompt_comes_back_as_it_was()
    {
        using RequestTemplate template = new("m", 1, []);
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            string prompt = WellFormed(text.Get);
            PreparedRequest request = template.Render("id", prompt);
            using JsonDocument item = JsonDocument.Parse(request.Utf8);
            return item.RootElement.GetProperty("params").GetProperty("messages")[0].GetProperty("content").GetString() == prompt;
        }));
    }

    [Fact]
    public void A_line_keeps_its_bytes()
    {
        byte[] line = Encoding.UTF8.GetBytes("""{ "params" : {"max_tokens":5, "model":"m","messages":[]} , "custom_id":"a" }""");

        PreparedRequest request = RequestLine.Parse(line, "file:1");

        Assert.Equal(("a", "m", 5), (request.CustomId, request.Model, request.MaxTokens));
        Assert.Equal(line, request.Utf8.ToArray());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("""{"custom_id":"a"}""")]
    [InlineData("""{"params":{}}""")]
    [InlineData("""{"custom_id":1,"params":{}}""")]
    [InlineData("""{"custom_id":"a","params":{},"extra":1}""")]
    [InlineData("""{"custom_id":"a","params":{}} {}""")]
    public void A_bad_line_is_named_by_its_place(string line)
    {
        ClaudeBatchException error = Assert.Throws<ClaudeBatchException>(() => RequestLine.Parse(Encoding.UTF8.GetBytes(line), "jobs.jsonl:17"));

        Assert.Equal("InputLineInvalid", error.Id);
        Assert.StartsWith("jobs.jsonl:17 ", error.Message, StringComparison.Ordinal);
    }

    // Text with half a surrogate pair is not valid; a writer of JSON replaces the half.
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Params(PreparedRequest request)
        => JsonDocument.Parse(request.Utf8).RootElement.GetProperty("params").GetRawText();

    private sealed class Row(params (string Name, string Value)[] values) : IRow
    {
        public long Number => 3;

        public IEnumerable<string> Names => values.Select(static v => v.Name);

        public bool TryGetText(string path, out string text)
        {
            (string Name, string Value) found = Array.Find(values, v => v.Name == path);
            text = found.Value ?? string.Empty;
            return found.Name is not null;
        }
    }
}
