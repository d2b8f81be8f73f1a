using System.Text;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Benchmarks;

/// <summary>Measures the time and the allocations of what is done for each row.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class InnerLoops
{
    private static readonly string s_prompt = new('x', 2_300);

    private readonly RequestTemplate _template = new("claude-haiku-4-5", 100, []);

    private readonly RequestChecker _checker = new(ModelCatalog.Shipped, DateOnly.FromDateTime(DateTime.UtcNow), "2023-06-01", []);

    private readonly byte[] _request = Encoding.UTF8.GetBytes(
        $$$"""{"custom_id":"row-0000001","params":{"model":"claude-haiku-4-5","max_tokens":100,"messages":[{"role":"user","content":"{{{s_prompt}}}"}]}}""");

    private readonly byte[] _requestOfFields = Encoding.UTF8.GetBytes(
        $$$$"""
        {"custom_id":"row-0000001","params":{"model":"claude-haiku-5-5","max_tokens":5000,"system":"One label.",
        "tools":[{"name":"label","input_schema":{"type":"object"}}],"tool_choice":{"type":"auto"},"thinking":{"type":"adaptive"},
        "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false}}},"stop_sequences":["END"],
        "metadata":{"user_id":"u-1"},"cache_control":{"type":"ephemeral","ttl":"1h"},"service_tier":"auto","inference_geo":"us",
        "messages":[{"role":"user","content":"{{{{s_prompt}}}}"}]}}
        """);

    private readonly byte[] _result = Encoding.UTF8.GetBytes(
        """{"custom_id":"row-0000001","result":{"type":"succeeded","message":{"id":"msg_01","type":"message","role":"assistant","model":"claude-haiku-4-5-20251001","content":[{"type":"text","text":"billing"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":500,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":100,"service_tier":"batch"}}}}""");

    public static void Run() => BenchmarkRunner.Run<InnerLoops>();

    [Benchmark]
    public ResultLine? ScanResultLine() => ResultLine.Parse(_result);

    [Benchmark]
    public RequestFacts CheckRequest() => _checker.Check(_request);

    /// <summary>Checks a request with most of the known fields, to measure what the look-up of each by its name costs.</summary>
    [Benchmark]
    public RequestFacts CheckRequestOfFields() => _checker.Check(_requestOfFields);

    [Benchmark]
    public PreparedRequest RenderTemplate() => _template.Render("row-0000001", s_prompt);

    [Benchmark]
    public string? CheckId() => CustomId.Fault("row-0000001");
}
