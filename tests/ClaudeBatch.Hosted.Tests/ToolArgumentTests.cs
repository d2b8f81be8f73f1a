using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>What a model passes reaches a command as values, or not at all.</summary>
public sealed class ToolArgumentTests : ToolCallFixture
{
    private const string Order = """
        function Get-Order {
            [CmdletBinding()]
            param([Parameter(Mandatory)][int] $Number, [ValidateSet('eu','us')][string] $Region = 'eu', [switch] $Deep, [datetime] $At,
                [int[]] $Many, [DayOfWeek] $Day, [double] $Price, [Nullable[int]] $Maybe, [timespan] $Span)
            [ordered]@{}  + $PSBoundParameters
        }
        """;

    private const string Schema = """
        {"type":"object","properties":{"Number":{"type":"integer"},"Region":{"type":"string","enum":["eu","us"]},"Deep":{"type":"boolean"}},
        "required":["Number"],"additionalProperties":false}
        """;

    private static readonly string[] s_pieces
        = ["a", "$(exit)", "$(throw 'x')", "`n", "`", ";", "'", "\"", "-Force", "-B", " ", "|", "&", "{", "}", "@", "$x", "\n", "é", "🙂", "#", "%"];

    [Theory]
    [InlineData("""{"Number":7}""", """{"Number":7}""")]
    [InlineData("""{"Number":7.0}""", """{"Number":7}""")]
    [InlineData("""{"Number":7e1}""", """{"Number":70}""")]
    [InlineData("""{"Number":1,"Deep":false}""", """{"Number":1,"Deep":false}""")]
    [InlineData("""{"Number":1,"Deep":true,"Region":"us"}""", """{"Number":1,"Deep":true,"Region":"us"}""")]
    [InlineData("""{"Number":1,"At":"2026-01-31T23:59:00"}""", """{"Number":1,"At":"2026-01-31T23:59:00.0000000"}""")]
    [InlineData("""{"Number":1,"At":"2026-01-31T23:59:00Z"}""", """{"Number":1,"At":"2026-01-31T23:59:00.0000000Z"}""")]
    [InlineData("""{"Number":1,"Many":[1,2]}""", """{"Number":1,"Many":[1,2]}""")]
    [InlineData("""{"Number":1,"Many":[]}""", """{"Number":1,"Many":[]}""")]
    [InlineData("""{"Number":1,"Day":"Friday","Price":1.5}""", """{"Number":1,"Day":"Friday","Price":1.5}""")]
    [InlineData("""{"Number":1,"Maybe":null,"Region":null}""", """{"Number":1,"Maybe":null}""")]
    [InlineData("""{"Number":1,"Span":"PT30M"}""", """{"Number":1,"Span":"PT30M"}""")]
    public void Values_of_JSON_are_bound_by_the_type_of_the_parameter(string input, string bound)
    {
        Told told = Call(Order, input);

        Assert.False(told.IsError, told.Text);
        Assert.Equal(Members(bound), Members(told.Text));
    }

    [Theory]
    [InlineData("""{"Number":3.7}""", "$.Number is no value of [Int32].")]
    [InlineData("""{"Number":"1,5"}""", "$.Number is no value of [Int32].")]
    [InlineData("""{"Number":"7"}""", "$.Number is no value of [Int32].")]
    [InlineData("""{"Number":3000000000}""", "$.Number is no value of [Int32].")]
    [InlineData("""{"Number":1e400}""", "$.Number is no value of [Int32].")]
    [InlineData("""{"Number":1e-400}""", "$.Number is no value of [Int32].")]
    [InlineData("""{"Number":true}""", "$.Number is no value of [Int32].")]
    [InlineData("""{"Number":1,"Num":2}""", "$.Num is no parameter of the command.")]
    [InlineData("""{"Number":1,"number":2}""", "$.number is there twice.")]
    [InlineData("""{"Number":1,"Confirm":false}""", "$.Confirm is no parameter of the command.")]
    [InlineData("""{"Number":1,"OutVariable":"x"}""", "$.OutVariable is one of the shell's own parameters, which are never passed.")]
    [InlineData("""{"Number":1,"ov":"x"}""", "$.ov is no parameter of the command.")]
    [InlineData("""{"Number":1,"Deep":"true"}""", "$.Deep is no value of [SwitchParameter].")]
    [InlineData("""{"Number":1,"Day":"Fri"}""", "$.Day is no value of [DayOfWeek]; one of Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday is.")]
    [InlineData("""{"Number":1,"Day":5}""", "$.Day is no value of [DayOfWeek]; one of")]
    [InlineData("""{"Number":1,"At":"tomorrow"}""", "$.At is no value of [DateTime], which is written 2026-01-31")]
    [InlineData("""{"Number":1,"At":"01/02/2026"}""", "$.At is no value of [DateTime]")]
    [InlineData("""{"Number":1,"Many":[1,"2"]}""", "$.Many[1] is no value of [Int32].")]
    [InlineData("""{}""", "$ has no 'Number', which Get-Order needs.")]
    [InlineData("""[1]""", "$ is no object.")]
    public void What_the_shell_would_bend_is_refused_and_nothing_is_run(string input, string why)
    {
        Told told = Call(Order, input);

        Assert.True(told.IsError);
        Assert.StartsWith($"The input does not fit the tool Get-Order: {why}", told.Text, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was run.", told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Number":"7"}""", "$.Number is string, and the schema asks for integer.")]
    [InlineData("""{"Number":7,"Region":"EU"}""", "$.Region is none of the values that the schema allows.")]
    [InlineData("""{"number":7}""", "$ has no 'Number'.")]
    [InlineData("""{"Number":7,"At":"2026-01-31"}""", "$ has a property that the schema does not name.")]
    public void The_schema_that_was_sent_is_judged_before_the_command(string input, string why)
    {
        Define(Order);

        Told told = Run("param($json, $schema) Invoke-Call Get-Order $json -Schema $schema", input, Schema);

        Assert.True(told.IsError);
        Assert.Equal($"The input does not fit the tool Get-Order: {why} Nothing was run.", told.Text);
    }

    [Theory]
    [InlineData("type", "\"System.IO.File\"")]
    [InlineData("scriptblock", "\"exit\"")]
    [InlineData("scriptblock[]", "[\"exit\"]")]
    [InlineData("pscredential", "\"somebody\"")]
    [InlineData("System.IO.StreamWriter", "\"claudebatch-tool-writes\"")]
    public void Types_that_do_something_while_they_are_made_are_never_bound(string type, string value)
    {
        Told told = Call($"function Do-It {{ param([{type}] $X) 'ran' }}", $$"""{"X":{{value}}}""");

        Assert.True(told.IsError);
        Assert.Contains("of which no values are made of JSON", told.Text, StringComparison.Ordinal);
        Assert.False(File.Exists("claudebatch-tool-writes"));
    }

    [Fact]
    public void A_text_of_a_model_arrives_as_it_is_and_is_never_evaluated()
        => Prop.ForAll(Gen.Elements(s_pieces).ListOf().Select(static p => string.Concat(p)).ToArbitrary(), text =>
        {
            string input = JsonSerializer.Serialize(new { A = text, B = new[] { text, "-A" } });
            Told told = Call(
                "function Do-Text { param([string] $A, [string[]] $B) [pscustomobject]@{ A = $A; B = $B; Others = $args.Count } }", input);
            Assert.Equal(JsonSerializer.Serialize(new { A = text, B = new[] { text, "-A" }, Others = 0 }), Normal(told.Text));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Theory]
    [InlineData("function Do-It { $args.Count }", """{"X":1}""", "$.X is no parameter of the command.")]
    [InlineData("function Do-It { param([switch] $Verbose) 'ran' }", """{"Verbose":true}""", "$.Verbose is one of the shell's own parameters")]
    [InlineData("function Do-It { param([Parameter(Mandatory, ValueFromPipeline)] [int] $In) process { $In } }", "{}", "$ has no 'In'")]
    public void Nothing_lands_in_args_and_nobody_is_asked_for_what_lacks(string function, string input, string why)
    {
        Told told = Call(function, input);

        Assert.True(told.IsError);
        Assert.Contains(why, told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Id":1}""", "A")]
    [InlineData("""{"Name":"x"}""", "B")]
    [InlineData("""{"Name":"x","Exact":true}""", "B")]
    public void The_parameter_set_is_that_of_the_arguments(string input, string set)
        => Assert.Equal(set, Call(Sets, input).Text);

    [Theory]
    [InlineData("""{}""", "$ has no 'Name', which Find-It needs.")]
    [InlineData("""{"Exact":true}""", "$ has no 'Name', which Find-It needs.")]
    [InlineData("""{"Id":1,"Name":"x"}""", "Parameter set cannot be resolved using the specified named parameters.")]
    public void Arguments_of_no_set_are_an_error(string input, string why)
    {
        Told told = Call(Sets, input);

        Assert.True(told.IsError);
        Assert.Contains(why, told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Name":"a","Count":2,"Parts":[{"On":true}]}""", false, """{"Name":"a","Count":2,"Parts":[{"On":true}]}""")]
    [InlineData("""{"Name":"a","Count":9}""", true, "is greater than the maximum allowed range of 5")]
    [InlineData("""{"name":"a"}""", true, "$.T.name is no property of [Thing].")]
    [InlineData("""{"Parts":[{"On":1}]}""", true, "$.T.Parts[0].On is no value of [Boolean].")]
    public void A_class_is_made_of_an_object(string value, bool isError, string text)
    {
        Define(
            """
            class Part { [bool] $On }
            class Thing { [string] $Name; [ValidateRange(0, 5)] [int] $Count; [Part[]] $Parts }
            function Add-Thing { param([Thing] $T) $T }
            """);

        Told told = Run("param($json) Invoke-Call Add-Thing $json", $$"""{"T":{{value}}}""");

        Assert.Equal(isError, told.IsError);
        Assert.Contains(text, told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"O":{"a":[1,"x"]}}""", """{"a":[1,"x"]}""")]
    [InlineData("""{"H":{"a":{"b":null}}}""", """{"a":{"b":null}}""")]
    [InlineData("""{"O":"2026-01-31"}""", "2026-01-31")]
    public void What_has_no_type_gets_the_plain_value(string input, string text)
        => Assert.Equal(text, Call("function Do-It { param($O, [hashtable] $H) $O; $H }", input, "| ForEach-Object { $_.Text = $_.Text -replace '^\\[(.*),null\\]$|^\\[null,(.*)\\]$', '$1$2'; $_.Text = $_.Text.Trim('\"'); $_ }").Text);

    private const string Sets = """
        function Find-It { [CmdletBinding(DefaultParameterSetName = 'B')] param(
            [Parameter(Mandatory, ParameterSetName = 'A')] [int] $Id,
            [Parameter(Mandatory, ParameterSetName = 'B')] [string] $Name, [Parameter(ParameterSetName = 'B')] [switch] $Exact)
            $PSCmdlet.ParameterSetName }
        """;

    private static string Normal(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);

    private static string[] Members(string json)
        => [.. JsonDocument.Parse(json).RootElement.EnumerateObject().Select(static m => $"{m.Name}={m.Value.GetRawText()}").Order(StringComparer.Ordinal)];
}
