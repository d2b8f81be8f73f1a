using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>The service's list of fields, and what the checker, the counter's body and the emulator make of each.</summary>
public sealed class RequestFieldsTests
{
    private const string Version = "2026-10-21";

    private const string EarlierVersion = "2023-06-01";

    /// <summary>Of the params, by the reference and the official SDK as of 2026-11-27. A new field is a line here and in both tables.</summary>
    private static readonly ServiceField[] s_service =
    [
        new("model", "\"claude-opus-4-6\"") { IsCounted = true },
        new("max_tokens", "5000"),
        new("messages", """[{"role":"user","content":"Hi"}]""") { IsCounted = true },
        new("system", "\"One label.\"") { IsCounted = true },
        new("cache_control", """{"type":"ephemeral","ttl":"1h"}""") { IsCounted = true },
        new("thinking", """{"type":"adaptive"}""") { IsCounted = true },
        new("output_config", """{"effort":"low"}""") { IsCounted = true },
        new("tools", """[{"name":"label","input_schema":{"type":"object"}}]""") { IsCounted = true },
        new("tool_choice", """{"type":"auto"}""") { IsCounted = true },
        new("stop_sequences", """["END"]"""),
        new("metadata", """{"user_id":"u"}"""),
        new("service_tier", "\"auto\""),
        new("inference_geo", "\"us\""),
        new("container", "\"c\""),
        new("diagnostics", """{"previous_message_id":null}"""),
        new("user_profile_id", "\"p\""),
        new("temperature", "0.5") { GoneFrom = Version },
        new("top_p", "0.5") { GoneFrom = Version },
        new("top_k", "5") { GoneFrom = Version },
        new("stream", "false") { Refused = "true" },
        new("speed", "null") { Refused = "\"fast\"", IsCounted = true },
        new("context_management", "{}") { Beta = "context-management-2025-06-27" },
        new("mcp_servers", "[]") { Beta = "mcp-client-2026-09-15" },
        new("compaction", """{"type":"summarize"}""") { Beta = "compact-2026-09-04" },
        new("output_format", "null") { Beta = "structured-outputs-2025-11-13" },
        new("fallback_credit_token", "\"t\"") { Beta = "fallback-credit-2026-07-01" },
        new("fallbacks", "null") { Beta = "server-side-fallback-2026-07-01", Refused = """[{"model":"claude-opus-5"}]""" },
        new("billing_policy", """{"bill_to":"self"}""")
        {
            Beta = "user-profiles-billing-2026-10-01",
            Refused = """{"type":"billing_policy","bill_to":"user_profile"}""",
        },
        new("thread", "null") { Beta = "message-threads-2026-08-12", Refused = "{}" },
        new("store", "false") { Refused = "true" },
        new("previous_thread_event_id", "null") { Refused = "\"e\"" },
        new("cache_hint", "null") { Refused = "\"h\"" },
        new("context_hint", "null") { Refused = "\"h\"" },
        new("research_preview_2026_02", "\"inactive\"") { Refused = "\"active\"" },
    ];

    /// <summary>Of the objects in the params, all that the service documents of those the checker looks into.</summary>
    private static readonly Dictionary<string, string[]> s_inner = new()
    {
        ["messages"] = ["role", "content"],
        ["cache_control"] = ["type", "ttl"],
        ["thinking"] = ["type", "budget_tokens", "display", "block_binding"],
        ["output_config"] = ["effort", "format"],
        ["format"] = ["type", "schema"],
        ["tools"] = ["type", "name", "model", "max_uses", "description", "input_schema", "strict", "cache_control"],
        ["tool_choice"] = ["type", "name", "disable_parallel_tool_use"],
        ["billing_policy"] = ["type", "bill_to"],
        ["metadata"] = ["user_id"],
    };

    public static TheoryData<string> Names => [.. s_service.Select(static f => f.Name)];

    [Fact]
    public void Both_tables_are_the_services_list()
    {
        string[] service = [.. s_service.Select(static f => Line(f.Name, f.Beta, f.GoneFrom, f.IsCounted)).Order()];

        Assert.Equal(service, RequestFields.Params.Select(static f => Line(f.Name, f.Beta, f.GoneFrom, f.IsCounted)).Order());
        Assert.Equal(service, EmulatedFields.Params.Values.Select(static f => Line(f.Name, f.Beta, f.GoneFrom, f.IsCounted)).Order());
    }

    [Fact]
    public void An_item_of_a_batch_has_an_id_and_params()
    {
        Assert.Equal(["custom_id", "params"], RequestFields.Item.Select(static f => f.Name));
        Assert.Equal(["custom_id", "params"], EmulatedFields.Item.Order());
    }

    [Fact]
    public void What_is_looked_at_inside_a_field_is_documented()
    {
        static IEnumerable<string> Unknown(RequestField field) => field.Fields
            .Where(inner => !s_inner[field.Name].Contains(inner.Name)).Select(inner => $"{field.Name}.{inner.Name}")
            .Concat(field.Fields.SelectMany(Unknown));

        Assert.Empty(RequestFields.Params.SelectMany(Unknown));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_field_is_taken_here_and_there(string name)
    {
        ServiceField field = Of(name);

        Assert.Empty(Check(field.Name, field.Json, EarlierVersion));
        Assert.Null(Emulated(field.Name, field.Json, EarlierVersion));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_field_that_is_gone_is_refused_here_and_there(string name)
    {
        ServiceField field = Of(name);

        Assert.Equal(field.GoneFrom is null ? [] : ["SamplingRefused"], Check(field.Name, field.Json, Version));
        Assert.Equal(field.GoneFrom is null ? null : $"{name}: Extra inputs are not permitted", Emulated(field.Name, field.Json, Version));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_no_batch_takes_is_refused_here_and_there(string name)
    {
        if (Of(name).Refused is not { } json)
        {
            Assert.Null(RequestFields.Params.Find(name)!.RefusedBecause);
            Assert.Null(EmulatedFields.Params[name].IsRefusedInBatch);
            return;
        }

        Assert.Equal(["FieldRefused"], Check(name, json, Version));
        Assert.Contains("Message Batches API", Emulated(name, json, Version), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_counter_is_sent_what_it_takes(string name)
    {
        using JsonDocument body = JsonDocument.Parse(CountBody.Of(Item(name, Of(name).Json)));

        Assert.Equal(Of(name).IsCounted, body.RootElement.TryGetProperty(name, out _));
        Assert.Null(CountableCheck.Fault(body.RootElement));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_is_found_however_it_is_written(string name)
    {
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes($$"""{"{{name}}":1,"\u{{(int)name[0]:x4}}{{name[1..]}}":1,"{{name}}_":1}"""));
        reader.Read();
        List<RequestField?> found = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            found.Add(RequestFields.Params.Find(ref reader));
            reader.Read();
        }

        Assert.Equal([name, name, null], found.Select(static f => f?.Name));
    }

    [Fact]
    public void A_field_nobody_knows_is_a_warning_here_and_refused_there()
    {
        RequestFault fault = Assert.Single(Checker(Version).Check(Item("later", "1")).Faults);

        Assert.Equal(("FieldUnknown", false), (fault.Id, fault.IsError));
        Assert.Equal("later: Extra inputs are not permitted", Emulated("later", "1", Version));
    }

    private static ServiceField Of(string name) => s_service.Single(f => f.Name == name);

    private static string Line(string name, string? beta, string? goneFrom, bool isCounted)
        => $"{name}: beta {beta ?? "none"}, gone from {goneFrom ?? "none"}, {(isCounted ? "counted" : "not counted")}";

    private static byte[] Item(string name, string json)
    {
        JsonObject parameters = new() { ["custom_id"] = "a", ["params"] = new JsonObject() };
        foreach (ServiceField field in s_service.Take(3))
        {
            parameters["params"]![field.Name] = JsonNode.Parse(field.Json);
        }

        parameters["params"]![name] = JsonNode.Parse(json);
        return Encoding.UTF8.GetBytes(parameters.ToJsonString());
    }

    private static RequestChecker Checker(string version) => new(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), version, []);

    private static IEnumerable<string> Check(string name, string json, string version)
        => Checker(version).Check(Item(name, json)).Faults.Select(static f => f.Id);

    private static string? Emulated(string name, string json, string version)
    {
        using JsonDocument item = JsonDocument.Parse(Item(name, json));
        return ParamsCheck.Fault(item.RootElement.GetProperty("params"), version, inBatch: true)?.Message;
    }

    /// <param name="Name">As it stands in the JSON.</param>
    /// <param name="Json">A value that an item of a batch may have, under the earlier API version.</param>
    private sealed record ServiceField(string Name, string Json)
    {
        /// <summary>A value that no item of a batch may have; null where there is none.</summary>
        public string? Refused { get; init; }

        public string? Beta { get; init; }

        public string? GoneFrom { get; init; }

        public bool IsCounted { get; init; }
    }
}
