using System.Text;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>What is refused of an output schema, with its path, and what of it is sent.</summary>
public sealed class OutputSchemaTests
{
    [Theory]
    [InlineData("""{"label":["x","y"]}""", "$: nothing says what the value is: it has no 'type', 'anyOf', 'enum' or '$ref'. Where 'label' is a property of the answer, it stands under 'properties'")]
    [InlineData("""{"label":"string"}""", "$: nothing says what the value is")]
    [InlineData("{}", "$: nothing says what the value is")]
    [InlineData("null", "$: a schema is an object.")]
    [InlineData("[]", "$: a schema is an object.")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", "$: nothing says what the value is")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":"string"}}""", """$.a: a schema is an object; write {"type":"string"} in place of the text 'string'.""")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{"description":"x"}}}""", "$.a: nothing says what the value is")]
    [InlineData("""{"type":"text"}""", "$: there is no type 'text'; there are object, array, string, boolean, number, integer, null.")]
    [InlineData("""{"type":["string","text"]}""", "$: there is no type 'text'")]
    [InlineData("""{"type":7}""", "$: there is no type '7'")]
    [InlineData("""{"type":[]}""", "$: 'type' is the name of a type, or a list of several, each once.")]
    [InlineData("""{"type":["string","string"]}""", "$: 'type' is the name of a type, or a list of several, each once.")]
    [InlineData("""{"type":"object","properties":{}}""", "$: an object needs \"additionalProperties\": false.")]
    [InlineData("""{"type":["object","null"]}""", "$: an object needs \"additionalProperties\": false.")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", "$: an object needs \"additionalProperties\": false.")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":[]}""", "$: 'properties' is an object with a schema for each name.")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}},"required":"a"}""", "$: 'required' is a list of names, also where there is only one.")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}},"required":[7]}""", "$: 'required' is a list of names")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}},"required":["A"]}""", "$: 'required' names 'A', which 'properties' has not")]
    [InlineData("""{"type":"string","enum":"a"}""", "$: 'enum' is a list of values, with one at least.")]
    [InlineData("""{"enum":[]}""", "$: 'enum' is a list of values, with one at least.")]
    [InlineData("""{"enum":[{"a":1}]}""", "$: an enum takes plain values only.")]
    [InlineData("""{"type":"string","enum":["a",1]}""", "$: the value 1 of the enum is not of the type string.")]
    [InlineData("""{"anyOf":{"type":"string"}}""", "$: 'anyOf' is a list of schemas, with one at least.")]
    [InlineData("""{"anyOf":[]}""", "$: 'anyOf' is a list of schemas, with one at least.")]
    [InlineData("""{"anyOf":[{"type":"null"},{"type":"text"}]}""", "$.anyOf[1]: there is no type 'text'")]
    [InlineData("""{"type":"array","items":[{"type":"string"}]}""", "$[]: a schema is an object.")]
    [InlineData("""{"type":"array","items":{"type":"string","not":{"type":"null"}}}""", "$[]: 'not' is not taken.")]
    [InlineData("""{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"string"}}}""", "$.allOf[0]: allOf takes no $ref.")]
    [InlineData("""{"$ref":7}""", "$: '$ref' is a text, such as '#/$defs/item'.")]
    [InlineData("""{"$ref":"https://example.com/a"}""", "$: 'https://example.com/a' lies outside of the schema.")]
    [InlineData("""{"$ref":"#/$defs/a"}""", "$: '#/$defs/a' leads to nothing in the schema.")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"label":"x"}}}""", "#/$defs/a: nothing says what the value is")]
    [InlineData("""{"type":"string","format":"ssn"}""", "$: the format 'ssn' is not taken; these are: date-time")]
    [InlineData("""{"type":"string","format":7}""", "$: the format '7' is not taken")]
    [InlineData("""{"type":"string","description":7}""", "$: 'description' is a text.")]
    [InlineData("""{"type":"integer","minimum":"1"}""", "$: 'minimum' is a number.")]
    [InlineData("""{"type":"integer","exclusiveMinimum":true}""", "$: 'exclusiveMinimum' is a number.")]
    [InlineData("""{"type":"number","multipleOf":0}""", "$: 'multipleOf' is a number above 0.")]
    [InlineData("""{"type":"string","maxLength":-1}""", "$: 'maxLength' is a whole number, 0 or more.")]
    [InlineData("""{"type":"array","minItems":1.5}""", "$: 'minItems' is a whole number, 0 or more.")]
    [InlineData("""{"type":"array","uniqueItems":1}""", "$: 'uniqueItems' is true or false.")]
    [InlineData("""{"type":"string","pattern":"("}""", "$: 'pattern' is a regular expression, as .NET reads them.")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"type":"null"}]}""", "$: it contains itself; the service takes no recursive schemas.")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"type":"array","items":{"$ref":"#/%24defs/b"}},"b":{"anyOf":[{"$ref":"#/$defs/a"}]}}}""", "#/$defs/a: it contains itself")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{"type":"array","items":{"$ref":"#/properties/a"}}}}""", "#/properties/a: it contains itself")]
    [InlineData("{", "The schema of -OutputSchema is not JSON")]
    [InlineData("""{"type":"string","enum":["\ud800"]}""", "half of a surrogate pair")]
    public void A_schema_that_the_service_refuses_is_refused_with_the_path(string schema, string why)
    {
        ClaudeBatchException refused = Assert.Throws<ClaudeBatchException>(() => From(schema));

        Assert.Equal("OutputSchemaInvalid", refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"string"}""")]
    [InlineData("""{"const":"a"}""")]
    [InlineData("""{"type":"array","items":{"type":"string"},"minItems":1}""")]
    [InlineData("""{"type":"object","properties":{"minimum":{"type":"string","enum":["pattern"],"default":"pattern"}},"required":["minimum"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/a"},"b":{"$ref":"#/$defs/a"}},"additionalProperties":false,"$defs":{"a":{"type":["integer","null"],"title":"A"}}}""")]
    [InlineData("""{"type":["string","null"],"format":"date","later":{"minimum":"x"}}""")]
    public void What_the_service_takes_is_sent_as_it_was_given(string schema)
    {
        OutputSchema made = From(schema);

        Assert.Equal((schema, schema), (Text(made.Given), Text(made.Sent)));
    }

    [Theory]
    [InlineData("""{"type":"integer","minimum":1,"maximum":5}""", """{"type":"integer","description":"At least 1. At most 5."}""")]
    [InlineData("""{"type":"number","description":"Of the order. ","exclusiveMinimum":0.5,"exclusiveMaximum":1e3,"multipleOf":0.25}""", """{"type":"number","description":"Of the order. More than 0.5. Less than 1e3. A multiple of 0.25."}""")]
    [InlineData("""{"type":"string","minLength":1,"maxLength":80}""", """{"type":"string","description":"At least 1 character. At most 80 characters."}""")]
    [InlineData("""{"type":"string","pattern":"^\\d+$"}""", """{"type":"string","description":"It matches the regular expression ^\\d+$ (as .NET reads it)."}""")]
    [InlineData("""{"type":"array","items":{"type":"integer","maximum":9},"minItems":2,"maxItems":3,"uniqueItems":true}""", """{"type":"array","items":{"type":"integer","description":"At most 9."},"minItems":1,"description":"At least 2 items. At most 3 items. No item occurs twice."}""")]
    [InlineData("""{"type":"array","items":{"type":"string"},"uniqueItems":false}""", """{"type":"array","items":{"type":"string"}}""")]
    [InlineData("""{"anyOf":[{"type":"string","maxLength":1},{"$ref":"#/$defs/n"}],"$defs":{"n":{"type":"integer","minimum":0}}}""", """{"anyOf":[{"type":"string","description":"At most 1 character."},{"$ref":"#/$defs/n"}],"$defs":{"n":{"type":"integer","description":"At least 0."}}}""")]
    public void What_bounds_a_value_is_told_to_the_model_in_words_and_judged(string schema, string sent)
    {
        OutputSchema made = From(schema);

        Assert.Equal((schema, sent), (Text(made.Given), Text(made.Sent)));
    }

    [Fact]
    public void An_answer_that_passes_a_bound_does_not_fit_the_schema_as_it_was_given()
    {
        OutputSchema made = From("""{"type":"integer","minimum":1,"maximum":5}""");

        Assert.Null(new AnswerSchema(made.Sent).Reason("7"));
        Assert.Equal("The answer does not fit the schema: $ is above 5.", new AnswerSchema(made.Given).Reason("7"));
        Assert.Null(new AnswerSchema(made.Given).Reason("5"));
    }

    [Theory]
    [InlineData("""{"type":["string","null"],"enum":["a","b"],"description":"x"}""", """{"description":"x","anyOf":[{"type":"string","enum":["a","b"]},{"type":"null"}]}""")]
    [InlineData("""{"type":["string","null"],"enum":["a",null]}""", """{"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}]}""")]
    [InlineData("""{"type":["string","integer","null"],"enum":["a",1]}""", """{"anyOf":[{"type":["string","integer"],"enum":["a",1]},{"type":"null"}]}""")]
    public void A_nullable_enum_becomes_alternatives_of_which_null_is_one(string schema, string sent)
    {
        OutputSchema made = From(schema);

        Assert.Equal((sent, sent), (Text(made.Given), Text(made.Sent)));
        Assert.Null(new AnswerSchema(made.Given).Reason("null"));
        Assert.NotNull(new AnswerSchema(made.Given).Reason("\"c\""));
    }

    [Fact]
    public void At_most_so_many_properties_are_optional_and_values_have_several_types()
    {
        static string Of(int count, string type) => $"{{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"p{i}\":{{\"type\":{type}}}"))}}}}}";

        Assert.NotNull(From(Of(24, "\"string\"")));
        Assert.Contains("$: 25 properties are optional; at most 24 may be.", Assert.Throws<ClaudeBatchException>(() => From(Of(25, "\"string\""))).Message, StringComparison.Ordinal);
        Assert.NotNull(From(Of(16, """["string","null"]""")));
        Assert.Contains("$: 17 values have several types; at most 16 may.", Assert.Throws<ClaudeBatchException>(() => From(Of(17, """["string","null"]"""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_faults_the_first_are_told_and_the_others_counted()
    {
        string schema = $"{{\"anyOf\":[{string.Join(',', Enumerable.Repeat("{}", 8))}]}}";

        string message = Assert.Throws<ClaudeBatchException>(() => From(schema)).Message;

        Assert.Contains("$.anyOf[4]", message, StringComparison.Ordinal);
        Assert.DoesNotContain("$.anyOf[5]", message, StringComparison.Ordinal);
        Assert.EndsWith(" And 3 more.", message, StringComparison.Ordinal);
    }

    private static OutputSchema From(string schema) => OutputSchema.From(Encoding.UTF8.GetBytes(schema));

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);
}
