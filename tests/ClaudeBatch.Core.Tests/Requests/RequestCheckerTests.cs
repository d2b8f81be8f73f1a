using System.Globalization;
using System.Text;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>Requests that the service would refuse are found before they are sent.</summary>
public sealed class RequestCheckerTests
{
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    private static readonly DateOnly s_today = new(2026, 11, 21);

    [Theory]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-45","max_tokens":10,MESSAGES}""", "?ModelUnknown")]
    [InlineData("""{"model":"claude-opus-4-1","max_tokens":10,MESSAGES}""", "ModelRetired")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":10,MESSAGES}""", "?ModelRetiring")]
    [InlineData("""{"max_tokens":10,MESSAGES}""", "ModelMissing")]
    [InlineData("""{"model":"claude-haiku-4-5",MESSAGES}""", "MaxTokensMissing")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":0,MESSAGES}""", "MaxTokensRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":64001,MESSAGES}""", "MaxTokensRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":64000,MESSAGES}""", "")]
    [InlineData("""{"model":"claude-fable-5-9","max_tokens":9999999,MESSAGES}""", "?ModelUnknown")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"temperature":0,MESSAGES}""", "SamplingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"stream":true,MESSAGES}""", "FieldRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"stream":false,MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"speed":"fast",MESSAGES}""", "FieldRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"sytem":"x",MESSAGES}""", "?FieldUnknown")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10}""", "MessagesMissing")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[]}""", "MessagesMissing")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"bot","content":"x"}]}""", "RoleInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":["x",{"role":"user","content":"x"}]}""", "RoleInvalid")]
    [InlineData("""{"messages":[["x"],[]],"model":"claude-haiku-4-5","max_tokens":10}""", "RoleInvalid RoleInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":""}]}""", "ContentEmpty")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user"}]}""", "ContentEmpty")]
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"{"}]}""", "PrefillRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"{"}]}""", "")]
    // An answer that goes back as it came: with texts that are empty, and with a search that was paused.
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"text","text":""},{"type":"tool_use","id":"t","name":"n","input":{}}]},{"role":"user","content":"x"}]}""", "")]
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"text","text":""}]},{"role":"user","content":"x"}]}""", "ContentEmpty")]
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"server_tool_use","id":"t","name":"web_search","input":{}}]}]}""", "")]
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{}}]}]}""", "PrefillRefused")]
    // Code would wait for the tool, and a batch takes longer.
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","allowed_callers":["direct"],"input_schema":{"type":"object"}}],MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","allowed_callers":["direct","code_execution_20260120"],"input_schema":{"type":"object"}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":5000,"thinking":{"type":"enabled","budget_tokens":2000},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":5000,"thinking":{"type":"enabled","budget_tokens":2000},MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":1500,"thinking":{"type":"enabled","budget_tokens":2000},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":2000,"thinking":{"type":"enabled","budget_tokens":2000},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":2001,"thinking":{"type":"enabled","budget_tokens":2000},MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"document"}]},{"role":"user","content":"x"}]}""", "DocumentInAnswer")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":" \n\u2003"}]}""", "ContentEmpty")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":7}]}""", "ContentInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":{}}]}""", "ContentInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[]}]}""", "ContentEmpty")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[7,{"type":"text","text":"x"}]}]}""", "ContentInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[{"text":"","type":"text"}]}]}""", "ContentEmpty")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[{"type":"image","text":""},{"type":"text","text":"\u00a0x"}]}]}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"x","extra":[]}]}""", "MessageInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"system":[{"type":"text","text":"\t"}],MESSAGES}""", "ContentEmpty")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"system":"",MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"thinking":{"type":"deep"},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"thinking":{"budget_tokens":5},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"thinking":"adaptive",MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"thinking":{"type":"adaptive"},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"output_config":{"effort":"low"},MESSAGES}""", "EffortRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"output_config":{"effort":7},MESSAGES}""", "EffortRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"output_config":[],MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-opus-4-6","max_tokens":10,"output_config":{"effort":"much"},MESSAGES}""", "EffortRefused")]
    [InlineData("""{"model":"claude-fable-9","max_tokens":10,"output_config":{"effort":"much"},"thinking":{"type":"deep"},MESSAGES}""", "?ModelUnknown")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"\\\ud800"}]}""", "TextInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"x\uDC00"}]}""", "TextInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"\ud83d\ude00 \\ud800"}]}""", "")]
    [InlineData("""{"model":7,"max_tokens":10,MESSAGES}""", "ModelMissing")]
    [InlineData("""{"model":["claude-haiku-4-5"],"max_tokens":10,MESSAGES}""", "ModelMissing")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":1,MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":1.5,MESSAGES}""", "MaxTokensMissing")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":"10",MESSAGES}""", "MaxTokensMissing")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"sytem":{"model":"x","messages":[]},MESSAGES}""", "?FieldUnknown")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[["x","y"],{"type":"text","text":"z"}]}]}""", "ContentInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[{"later":1},{"text":7},{"type":7}]}]}""", "ContentInvalid ContentInvalid ContentInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"text","text":"y"}]}]}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"document"},{"type":"document"}]}]}""", "DocumentInAnswer")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"x"},{"content":[{"type":"document"}],"later":[{"type":"document"}],"role":"assistant"}]}""", "MessageInvalid DocumentInAnswer")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[{"type":"document"}]}]}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":5000,"thinking":{"later":{"type":"deep"},"type":"enabled","budget_tokens":2000},MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":5000,"thinking":{"type":{"type":"enabled"},"budget_tokens":2000},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":5000,"thinking":{"type":"enabled","budget_tokens":1024},MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":5000,"thinking":{"type":"enabled","budget_tokens":1023},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":5000,"thinking":{"type":"enabled"},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-opus-4-6","max_tokens":128001,MESSAGES}""", "MaxTokensRefused")]
    [InlineData("""{"model":"claude-opus-4-6","max_tokens":10,"output_config":{"format":7},MESSAGES}""", "FieldInvalid")]
[InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"x","name":"Ann"}]}""", "MessageInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x"}}]}]}""", "ContentInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[{"type":"later"}]}]}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"system":["a","b"],MESSAGES}""", "ContentInvalid ContentInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"system":{"type":"text","text":"a"},MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"system":7,MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"system":null,MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"system":[{"type":"image"}],MESSAGES}""", "ContentInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"stop_sequences":"END",MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"stop_sequences":["END",7],MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"metadata":"u",MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"metadata":{"user_id":7},MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"service_tier":"batch",MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"cache_control":{"type":"ephemeral","ttl":"2h"},MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"system":[{"type":"text","text":"a","cache_control":{"type":"forever"}}],MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"thinking":{"type":"disabled","budget_tokens":2000},MESSAGES}""", "ThinkingRefused")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"thinking":{"type":"disabled","display":"all"},MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":{},MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":["look"],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","input_schema":{"type":"object"}}],"tool_choice":"auto",MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","input_schema":{"type":"object"}}],"tool_choice":{"type":"function","function":{"name":"look"}},MESSAGES}""", "FieldInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tool_choice":{"type":"tool","name":"look"},"tools":[{"name":"look","input_schema":{"type":"object"}}],MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tool_choice":{"type":"tool","name":"Look"},"tools":[{"name":"look","input_schema":{"type":"object"}}],MESSAGES}""", "ToolChoiceInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tool_choice":{"type":"tool"},"tools":[{"name":"look","input_schema":{"type":"object"}}],MESSAGES}""", "ToolChoiceInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tool_choice":{"type":"tool","name":"click"},"tools":[{"type":"computer_toolset_20260801"}],MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"type":"function","name":"look","parameters":{"type":"object"}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","parameters":{"type":"object"}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","inputSchema":{"type":"object"}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"functionDeclarations":[]}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"toolSpec":{"name":"look"}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look"}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look it up","input_schema":{"type":"object"}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","input_schema":{"q":"string"}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","input_schema":{"type":"object","properties":{"q":"string"}}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","input_schema":{"type":"object","properties":{"q":{"minLength":1}}}}],MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","strict":true,"input_schema":{"type":"object"}}],MESSAGES}""", "ToolInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"look","input_schema":{"type":"object"},"later":1}],MESSAGES}""", "?FieldUnknown")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"type":"later_20270101","anything":1}],MESSAGES}""", "")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"output_config":{"format":{"type":"json_schema"}},MESSAGES}""", "OutputSchemaInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"output_config":{"format":{"type":"json_schema","schema":{"label":"string"}}},MESSAGES}""", "OutputSchemaInvalid")]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":10,"output_config":{"format":{"type":"json_object"}},MESSAGES}""", "FieldInvalid OutputSchemaInvalid")]
    public void Faults_are_found(string parameters, string expected)
        => Assert.Equal(expected, string.Join(' ', Check(parameters).Faults.Select(static f => (f.IsError ? string.Empty : "?") + f.Id)));

    [Fact]
    public void Five_breakpoints_are_one_too_many_wherever_they_stand()
    {
        static string Of(int count, string mark) => $$$"""{"model":"claude-haiku-4-5","max_tokens":10,"system":[{{{Block(mark)}}}],"messages":[{"role":"user","content":[{{{string.Join(',', Enumerable.Repeat(Block(mark), count - 1))}}}]}]}""";
        static string Block(string mark) => $$$"""{"type":"text","text":"x","cache_control":{{{mark}}}}""";
        const string mark = """{"type":"ephemeral"}""";

        Assert.Empty(Check(Of(4, mark)).Faults);
        Assert.Equal("TooManyBreakpoints", Assert.Single(Check(Of(5, mark)).Faults).Id);
        Assert.Equal("TooManyBreakpoints", Assert.Single(Check(Of(4, mark).Replace("\"max_tokens\":10", $"\"max_tokens\":10,\"cache_control\":{mark}", StringComparison.Ordinal)).Faults).Id);
        Assert.Empty(Check(Of(5, "null")).Faults);
    }

    [Fact]
    public void Images_are_counted_and_weighed()
    {
        string Image(int size) => $$$"""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{new string('A', size)}}}"}}""";
        string With(params string[] blocks) => $$"""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":[{{string.Join(',', blocks)}}]}]}""";

        Assert.Empty(Check(With(Image(100))).Faults);
        Assert.Empty(Check(With(Image(5 * 1024 * 1024))).Faults);
        Assert.Equal("ImageTooLarge", Assert.Single(Check(With(Image((5 * 1024 * 1024) + 1))).Faults).Id);
        Assert.Empty(Check(With(Image(6_000_000).Replace("image", "document", StringComparison.Ordinal).Replace("document/png", "application/pdf", StringComparison.Ordinal))).Faults);
        Assert.Empty(Check(With([.. Enumerable.Repeat(Image(1), 100)])).Faults);
        Assert.Equal("TooManyImages", Assert.Single(Check(With([.. Enumerable.Repeat(Image(1), 101)])).Faults).Id);
    }

    [Fact]
    public void Limits_of_schemas_hold_for_all_of_a_request_together()
    {
        static string Of(int inTool, int inFormat) => $$$"""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{"name":"t","strict":true,"input_schema":{{{Schema(inTool)}}}}],"output_config":{"format":{"type":"json_schema","schema":{{{Schema(inFormat)}}}}},MESSAGES}""";
        static string Schema(int optional) => $$$"""{"type":"object","additionalProperties":false,"properties":{{{{string.Join(',', Enumerable.Range(0, optional).Select(static i => $"\"p{i}\":{{\"type\":\"string\"}}"))}}}}}""";

        Assert.Empty(Check(Of(12, 12)).Faults);
        RequestFault fault = Assert.Single(Check(Of(12, 13)).Faults);
        Assert.Equal(("OutputSchemaInvalid", "In its schemas 25 properties are optional; at most 24 may be."), (fault.Id, fault.Message));
    }

    [Fact]
    public void Twenty_one_strict_tools_are_one_too_many()
    {
        static string Of(int count) => $$"""{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{{string.Join(',', Enumerable.Range(0, count).Select(static i => $$$"""{"name":"t{{{i}}}","strict":true,"input_schema":{"type":"object","additionalProperties":false}}"""))}}],MESSAGES}""";

        Assert.Empty(Check(Of(20)).Faults);
        Assert.Equal("ToolInvalid", Assert.Single(Check(Of(21)).Faults).Id);
    }

    [Fact]
    public void What_was_found_in_one_requests_tools_and_schema_is_not_said_of_the_next()
    {
        RequestChecker checker = Checker();
        string Ids(string fields) => string.Join(' ', checker.Check(Encoding.UTF8.GetBytes(Item($$"""{"model":"claude-haiku-4-5","max_tokens":10,{{fields}}MESSAGES}"""))).Faults.Select(static f => f.Id));
        const string good = """ "tools":[{"name":"a","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"a"},"output_config":{"format":{"type":"json_schema","schema":{"type":"string"}}}, """;

        Assert.Equal(["", "OutputSchemaInvalid", "ToolChoiceInvalid", "", ""], [
            Ids(good),
            Ids(good.Replace("\"string\"", "\"text\"", StringComparison.Ordinal)),
            Ids(good.Replace("\"a\",", "\"b\",", StringComparison.Ordinal)),
            Ids(good),
            Ids(string.Empty)]);
    }

    [Fact]
    public void The_schema_of_the_output_is_found_in_the_bytes()
    {
        const string schema = """{"type":"object","properties":{"schema":{"type":"string"}},"additionalProperties":false}""";
        string item = Item($$$"""{"model":"claude-haiku-4-5","max_tokens":10,"output_config":{"effort":"low","format":{"type":"json_schema","schema":{{{schema}}}}},MESSAGES}""");

        RequestFacts facts = Checker().Check(Encoding.UTF8.GetBytes(item));

        Assert.Equal(schema, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(item)[facts.OutputSchema!.Value]));
    }

    [Fact]
    public void Under_the_earlier_version_sampling_is_let_through_and_with_the_beta_more_tokens_are()
    {
        RequestChecker earlier = new(ModelCatalog.Shipped, s_today, "2023-06-01", ["output-300k-2026-03-24"]);

        Assert.Empty(earlier.Check(Encoding.UTF8.GetBytes(Item("""{"model":"claude-opus-4-6","max_tokens":300000,"temperature":0,MESSAGES}"""))).Faults);
    }

    [Fact]
    public void Without_a_limit_of_its_own_under_the_beta_a_model_keeps_its_limit()
    {
        RequestChecker checker = new(ModelCatalog.Shipped, s_today, "2026-10-21", ["output-300k-2026-03-24"]);

        Assert.Empty(checker.Check(Encoding.UTF8.GetBytes(Item("""{"model":"claude-haiku-4-5","max_tokens":64000,MESSAGES}"""))).Faults);
        RequestFault fault = Assert.Single(checker.Check(Encoding.UTF8.GetBytes(Item("""{"model":"claude-haiku-4-5","max_tokens":64001,MESSAGES}"""))).Faults);
        Assert.Equal(("MaxTokensRefused", "Its max_tokens is above 64000, the most that 'claude-haiku-4-5' takes."), (fault.Id, fault.Message));
    }

    [Theory]
    [InlineData("2026-11-01", "active", "")]
    [InlineData("2026-11-02", "active", "?ModelRetiring")]
    [InlineData("2026-12-31", "active", "?ModelRetiring")]
    [InlineData("2027-01-01", "active", "ModelRetired")]
    [InlineData("2026-11-01", "deprecated", "?ModelRetiring")]
    [InlineData("2026-11-01", "retired", "ModelRetired")]
    public void Sixty_days_before_a_model_retires_there_is_a_warning(string today, string lifecycle, string expected)
    {
        ModelCatalog catalog = ModelCatalog.Shipped.With(
            [new ServiceModel { Id = "claude-opus-5", Lifecycle = lifecycle, RetiresAt = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) }]);
        RequestChecker checker = new(catalog, DateOnly.ParseExact(today, "yyyy-MM-dd", CultureInfo.InvariantCulture), "2026-10-21", []);

        for (int row = 0; row < 2; row++)
        {
            RequestFacts facts = checker.Check(Encoding.UTF8.GetBytes(Item("""{"model":"claude-opus-5","max_tokens":10,MESSAGES}""")));
            Assert.Equal(expected, string.Join(' ', facts.Faults.Select(static f => (f.IsError ? string.Empty : "?") + f.Id)));
        }
    }

    [Theory]
    [InlineData("claude-haiku-45", "claude-haiku-4-5")]
    [InlineData("claude-sonet-5", "claude-sonnet-5")]
    [InlineData("gpt-4o", null)]
    public void The_nearest_name_is_offered(string name, string? nearest) => Assert.Equal(nearest, ModelCatalog.Shipped.Nearest(name));

    [Fact]
    public void A_price_that_is_not_known_is_not_zero()
    {
        Assert.Null(ModelCatalog.Shipped.Find("claude-mythos-preview")!.Prices);
        Assert.Equal(1m, ModelCatalog.Shipped.Find("claude-haiku-4-5")!.Prices!.Input);
        Assert.Equal("claude-haiku-4-5-20251001", ModelCatalog.Shipped.Find("claude-haiku-4-5")!.Id);
    }

    private static string Item(string parameters) => $"{{\"custom_id\":\"a\",\"params\":{parameters.Replace("MESSAGES", Messages, StringComparison.Ordinal)}}}";

    private static RequestChecker Checker() => new(ModelCatalog.Shipped, s_today, "2026-10-21", []);

    private static RequestFacts Check(string parameters) => Checker().Check(Encoding.UTF8.GetBytes(Item(parameters)));
}
