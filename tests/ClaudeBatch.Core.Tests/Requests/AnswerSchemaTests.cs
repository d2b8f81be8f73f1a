using System.Text;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

public sealed class AnswerSchemaTests
{
    private const string Tree = """
        {"$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}},
        "required":["name"],"additionalProperties":false}},"$ref":"#/$defs/node"}
        """;

    [Theory]
    [InlineData("""{"type":"object"}""", "{}", null)]
    [InlineData("""{"type":"object"}""", "[]", "$ is array, and the schema asks for object.")]
    [InlineData("""{"type":["string","null"]}""", "null", null)]
    [InlineData("""{"type":["string","null"]}""", "true", "$ is boolean, and the schema asks for [string,null].")]
    [InlineData("""{"type":"number"}""", "1.5", null)]
    [InlineData("""{"type":"integer"}""", "1.5", "$ is number, and the schema asks for integer.")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"a":1}""", "$.a is number, and the schema asks for string.")]
    [InlineData("""{"required":["a"]}""", "{}", "$ has no 'a'.")]
    [InlineData("""{"items":{"type":"string"}}""", """["a",1]""", "$[1] is number, and the schema asks for string.")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"null"}}""", """["a",1]""", "$[1] is number, and the schema asks for null.")]
    [InlineData("""{"items":[{"type":"string"}]}""", "[1]", "$[0] is number, and the schema asks for string.")]
    [InlineData("""{"minItems":1}""", "[]", "$ has fewer items than 1.")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"a":1}""", null)]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"a":1,"secret":2}""", "$ has a property that the schema does not name.")]
    [InlineData("""{"additionalProperties":{"type":"string"}}""", """{"secret":2}""", "$.* is number, and the schema asks for string.")]
    [InlineData("""{"properties":{"b":{"type":"null"},"a":{"type":"null"}}}""", """{"a":null,"x":1,"b":2}""", "$.b is number, and the schema asks for null.")]
    [InlineData("""{"properties":{"é":{"type":"null"}}}""", """{"\u00e9":2}""", "$.é is number, and the schema asks for null.")]
    [InlineData("""{"enum":["a",1,null]}""", "null", null)]
    [InlineData("""{"enum":["a",1]}""", "1.0", null)]
    [InlineData("""{"enum":["bug"]}""", "\"Bug\"", "$ is none of the values that the schema allows.")]
    [InlineData("""{"const":{"a":1,"b":[2]}}""", """{"b":[2],"a":1}""", null)]
    [InlineData("""{"const":"a"}""", "\"b\"", "$ is not the one value that the schema allows.")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "null", null)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "1", "$ is none of what the schema allows.")]
    [InlineData("""{"oneOf":[{"type":"string"},{"const":"a"}]}""", "\"b\"", null)]
    [InlineData("""{"oneOf":[{"type":"string"},{"const":"a"}]}""", "\"a\"", "$ is more than one of what the schema allows one of.")]
    [InlineData("""{"allOf":[{"type":"object"},{"required":["a"]}]}""", "{}", "$ has no 'a'.")]
    [InlineData("""{"$defs":{"a b":{"x/y":{"type":"null"}}},"$ref":"#/$defs/a%20b/x~1y"}""", "1", "$ is number, and the schema asks for null.")]
    [InlineData("""{"allOf":[{"type":"null"}],"$ref":"#/allOf/0"}""", "1", "$ is number, and the schema asks for null.")]
    [InlineData("false", "1", "$ is nothing the schema allows.")]
    [InlineData("true", "1", null)]
    [InlineData("""{"format":"email","$comment":"y"}""", "\"nobody\"", null)]
    [InlineData("""{"minimum":1,"maximum":5}""", "1", null)]
    [InlineData("""{"minimum":1,"maximum":5}""", "5.0", null)]
    [InlineData("""{"minimum":1,"maximum":5}""", "0.99", "$ is below 1.")]
    [InlineData("""{"minimum":1,"maximum":5}""", "6", "$ is above 5.")]
    [InlineData("""{"minimum":1,"maximum":5}""", "\"6\"", null)]
    [InlineData("""{"maximum":5}""", "1e400", "$ is above 5.")]
    [InlineData("""{"exclusiveMinimum":0}""", "0", "$ is not above 0.")]
    [InlineData("""{"exclusiveMaximum":0}""", "0", "$ is not below 0.")]
    [InlineData("""{"multipleOf":0.1}""", "0.3", null)]
    [InlineData("""{"multipleOf":5}""", "12", "$ is no multiple of 5.")]
    [InlineData("""{"minLength":2,"maxLength":3}""", "\"\u00e9\ud83d\ude00\"", null)]
    [InlineData("""{"minLength":2}""", "\"\ud83d\ude00\"", "$ has fewer characters than 2.")]
    [InlineData("""{"maxLength":1}""", "\"ab\"", "$ has more than 1 character.")]
    [InlineData("""{"maxLength":1}""", "\"\\ud800\"", "$ has half of a surrogate pair in it, which is no text.")]
    [InlineData("""{"pattern":"^x+$"}""", "\"xx\"", null)]
    [InlineData("""{"pattern":"^x+$"}""", "\"xy\"", "$ does not match the pattern ^x+$.")]
    [InlineData("""{"pattern":"(?i)^x$"}""", "\"X\"", null)]
    [InlineData("""{"minItems":2,"maxItems":2}""", "[1,1]", null)]
    [InlineData("""{"maxItems":2}""", "[1,1,1]", "$ has more than 2 items.")]
    [InlineData("""{"uniqueItems":true}""", "[1,{\"a\":1},{\"a\":1.0}]", "$ has an item twice.")]
    [InlineData("""{"uniqueItems":false}""", "[1,1]", null)]
    [InlineData("""{"minProperties":1}""", "{}", "$ has fewer properties than 1.")]
    [InlineData("""{"maxProperties":1}""", "{\"a\":1,\"b\":1}", "$ has more than 1 property.")]
    [InlineData("""{"properties":{"a":{"items":{"maximum":1}}}}""", """{"a":[1,2]}""", "$.a[1] is above 1.")]
    public void An_answer_fits_or_the_first_misfit_is_named(string schema, string answer, string? misfit)
        => Assert.Equal(misfit is null ? null : $"The answer does not fit the schema: {misfit}", Judge(schema, answer));

    [Theory]
    [InlineData("""{"anyOf":[{"required":["b"]},{"required":["c"]}],"type":"object","required":["a"]}""", """{"b":1}""", "$ has no 'a'.")]
    [InlineData("""{"anyOf":[{}],"properties":{"a":{"type":"null"}}}""", """{"a":1}""", "$.a is number, and the schema asks for null.")]
    [InlineData("""{"$defs":{"a":{"type":"object"}},"$ref":"#/$defs/a","required":["a"]}""", "{}", "$ has no 'a'.")]
    [InlineData("""{"type":"string","anyOf":[{"const":"a"},{"const":"b"}]}""", "\"c\"", "$ is none of what the schema allows.")]
    public void What_stands_beside_alternatives_and_references_is_judged_too(string schema, string answer, string misfit)
        => Assert.EndsWith(misfit, Judge(schema, answer), StringComparison.Ordinal);

    [Theory]
    [InlineData("1", true)]
    [InlineData("1.0", true)]
    [InlineData("-1.000", true)]
    [InlineData("1e3", true)]
    [InlineData("1.5e1", true)]
    [InlineData("100e-2", true)]
    [InlineData("0.0e-5", true)]
    [InlineData("123456789012345678901234567890", true)]
    [InlineData("1e400", true)]
    [InlineData("1e99999999999999999999", true)]
    [InlineData("0.5", false)]
    [InlineData("10e-2", false)]
    [InlineData("1.25e1", false)]
    [InlineData("1e-99999999999999999999", false)]
    [InlineData("123456789012345678901234567890.5", false)]
    public void A_number_without_a_fraction_is_an_integer_however_it_is_written(string number, bool isInteger)
        => Assert.Equal(isInteger, Judge("""{"type":"integer"}""", number) is null);

    [Fact]
    public void A_schema_that_comes_back_to_itself_further_down_an_answer_is_judged()
    {
        Assert.Null(Judge(Tree, """{"name":"a","children":[{"name":"b","children":[]}]}"""));
        Assert.EndsWith(
            "$.children[0].children[0] has no 'name'.",
            Judge(Tree, """{"name":"a","children":[{"name":"b","children":[{}]}]}"""),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"anyOf":[{"$ref":"#"}]}""", "#")]
    [InlineData("""{"$ref":"#"}""", "#")]
    [InlineData("""{"allOf":[{"type":"null"},{"oneOf":[{"$ref":"#"},{"type":"string"}]}]}""", "#")]
    [InlineData("""{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"$ref":"#/$defs/a"}},"properties":{"x":{"$ref":"#/$defs/a"}}}""", "#/$defs/")]
    [InlineData("""{"items":{"anyOf":[{"type":"null"},{"$ref":"#/items"}]}}""", "#/items")]
    public void A_schema_that_comes_back_to_itself_without_a_step_is_said_to_be_so_and_ends_nothing(string schema, string place)
    {
        string? reason = Judge(schema, "{}");

        Assert.StartsWith("The answer was not held against its schema: ", reason, StringComparison.Ordinal);
        Assert.Contains($"'{place}", reason, StringComparison.Ordinal);
        Assert.Contains("refers to itself", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$ref":"https://example.com/schema"}""", "refers to 'https://example.com/schema', which is not in it")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "refers to '#/$defs/none'")]
    [InlineData("""{"$ref":7}""", "has no text")]
    [InlineData("""{"properties":7}""", "has no object")]
    [InlineData("""{"anyOf":{}}""", "has no list")]
    [InlineData("""{"required":[7]}""", "has no text")]
    [InlineData("""{"type":{}}""", "has no text")]
    [InlineData("[]", "is no object")]
    [InlineData("""{"pattern":"("}""", "at '#/pattern' the schema bounds nothing: 'pattern' is a regular expression")]
    [InlineData("""{"minimum":"1"}""", "'minimum' is a number")]
    [InlineData("{", "is not valid JSON")]
    public void A_schema_that_is_none_is_said_to_be_so(string schema, string why)
    {
        string? reason = Judge(schema, "{}");

        Assert.StartsWith("The answer was not held against its schema: ", reason, StringComparison.Ordinal);
        Assert.Contains(why, reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, "The answer was not held against its schema: the answer is nested more than 64 levels deep.")]
    [InlineData(100_000, "The answer was not held against its schema: the answer is nested more than 64 levels deep.")]
    public void An_answer_is_judged_to_a_depth_of_64(int depth, string? reason)
        => Assert.Equal(reason, Judge("""{"items":{"$ref":"#"}}""", new string('[', depth) + new string(']', depth)));

    [Fact]
    public void A_long_chain_of_references_ends_nothing()
    {
        string definitions = string.Join(',', Enumerable.Range(0, 5_000).Select(static i => $$"""
            "{{i}}":{"$ref":"#/$defs/{{i + 1}}"}
            """));
        AnswerSchema schema = new(Encoding.UTF8.GetBytes($$"""{"$defs":{{{definitions}},"5000":{} },"$ref":"#/$defs/0"}"""));
        string? reason = null;

        Thread judge = new(() => reason = schema.Reason("1"), maxStackSize: 256 * 1024);
        judge.Start();
        judge.Join();

        Assert.Equal("The answer was not held against its schema: its references go too deep.", reason);
    }

    [Fact]
    public void A_pattern_that_goes_on_for_too_long_judges_nothing()
        => Assert.Equal(
            "The answer was not held against its schema: its pattern goes on for longer than a second.",
            Judge("""{"pattern":"^(a+)+$"}""", $"\"{new string('a', 60)}b\""));

    [Fact]
    public void Alternatives_that_branch_without_end_are_given_up()
    {
        const string schema = """{"anyOf":[{"items":{"$ref":"#"},"type":"array"},{"items":{"$ref":"#"},"type":"array"}]}""";
        string answer = new string('[', 60) + "1" + new string(']', 60);

        Assert.Contains("its alternatives branch so often", Judge(schema, answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("Sure! {}")]
    [InlineData("{}{}")]
    public void What_is_no_JSON_is_said_to_be_so(string answer) => Assert.Equal("The answer is not valid JSON.", Judge("{}", answer));

    private static string? Judge(string schema, string answer) => new AnswerSchema(Encoding.UTF8.GetBytes(schema)).Reason(answer);
}
