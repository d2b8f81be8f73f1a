using System.Text;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>Answers that call tools: which of them are answers, and which wait for something that nobody gives.</summary>
public sealed class ToolAnswerTests : IDisposable
{
    private const string Label = """{"name":"label","input_schema":{"type":"object","properties":{"tone":{"enum":["good","bad"]}},"required":["tone"]}}""";

    private const string Order = """{"name":"get_order","input_schema":{"type":"object"}}""";

    private const string Bash = """{"type":"bash_20250124","name":"bash"}""";

    private const string Good = """{"type":"tool_use","id":"toolu_1","name":"label","input":{"tone":"good"}}""";

    private const string Ordering = """{"id":"toolu_2","input":{"id":7},"name":"get_order","type":"tool_use"}""";

    private const string WaitsForOrder = "It calls get_order and waits for its result.";

    private const string NotReadable = " Whether its request forced the call is not known, because the request cannot be read.";

    private readonly EngineFixture _engine;

    private readonly Dictionary<string, string> _results = [];

    public ToolAnswerTests()
    {
        InterferingHandler? network = null;
        _engine = new EngineFixture(between: service => network = new InterferingHandler(service));
        network!.Answer(_results.GetValueOrDefault);
    }

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(Label, """{"type":"tool","name":"label"}""", Good, null)]
    [InlineData(Label + "," + Order, """{"name":"label","type":"tool","disable_parallel_tool_use":true}""", Good, null)]
    [InlineData(Label, """{"type":"any"}""", Good, null)]
    [InlineData(Label, """{"type":"tool","name":"label"}""", """{"type":"text","text":"So:"},""" + Good, null)]
    [InlineData(Label + "," + Order, """{"type":"any"}""", Good, "It calls label and waits for its result.")]
    [InlineData(Order, """{"type":"auto"}""", Ordering, WaitsForOrder)]
    [InlineData(Order, null, Ordering, WaitsForOrder)]
    [InlineData(Label + "," + Order, """{"type":"tool","name":"label"}""", Ordering, WaitsForOrder)]
    [InlineData(Label, """{"type":"tool","name":"label"}""", Good + "," + Good, "It calls label 2 times and waits for the results.")]
    [InlineData(Label + "," + Order, null, Good + "," + Ordering, "It calls label, get_order (2 calls) and waits for the results.")]
    [InlineData(Order, null, """{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}},""" + Ordering, WaitsForOrder)]
    [InlineData(Bash, """{"type":"tool","name":"bash"}""", """{"type":"tool_use","id":"t","name":"bash","input":{"command":"ls"}}""", "It calls bash and waits for its result.")]
    [InlineData(Order, null, """{"type":"text","text":"I shall look."}""", "It stopped to call a tool, and there is no call in it; Raw is the line.")]
    [InlineData(Label, """{"type":"any"}""", """{"type":"tool_use","id":"t","name":"label","input":{"tone":"odd"}}""", "The answer does not fit the schema: $.tone is none of the values that the schema allows.")]
    public async Task A_lone_call_of_the_forced_tool_is_the_answer_and_any_other_waits(string tools, string? choice, string content, string? reason)
    {
        CollectedResult result = await CollectAsync(tools, choice, content);

        Assert.Equal(reason, Completeness.Of(result));
        Assert.Equal(reason is not null, result.Attempt.IsIncomplete); // as it was judged when it was collected
        Assert.Equal(reason is null || reason.Contains("schema:", StringComparison.Ordinal), result.IsForcedCall());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_whose_request_is_not_here_or_was_changed_waits_and_says_so(bool isThere)
    {
        BatchRecord batch = await RunAsync(Label, """{"type":"any"}""", Good, beforeCollecting: spool =>
        {
            File.WriteAllText(spool, File.ReadAllText(spool).Replace("label", "lapel", StringComparison.Ordinal));
            if (!isThere)
            {
                File.Delete(spool);
            }
        });

        CollectedResult result = Read(batch);
        Assert.Equal("It calls label and waits for its result." + NotReadable, Completeness.Of(result));
        Assert.False(result.IsForcedCall());
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Incomplete);
    }

    [Fact]
    public async Task A_call_that_was_found_to_be_the_answer_stays_one_without_its_request()
    {
        BatchRecord batch = await RunAsync(Label, """{"type":"any"}""", Good);
        File.Delete(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part));

        CollectedResult result = Read(batch);
        Assert.Null(Completeness.Of(result));
        Assert.True(result.IsForcedCall());
    }

    [Fact]
    public async Task A_call_that_was_cut_is_cut_and_no_answer()
    {
        CollectedResult result = await CollectAsync(Label, """{"type":"any"}""", """{"type":"tool_use","id":"t","name":"label","input":{}}""", "max_tokens");

        Assert.Equal("Cut at max_tokens.", Completeness.Of(result));
        Assert.False(result.IsForcedCall());
    }

    [Theory]
    [InlineData(60, null)]
    [InlineData(65, "What it passes to label is JSON nested more than 64 levels deep, so that Output and the call's Input are null; Raw has it.")]
    public async Task What_is_passed_to_a_tool_may_be_deep(int depth, string? reason)
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        CollectedResult result = await CollectAsync(
            """{"name":"label","input_schema":{"type":"object"}}""", """{"type":"any"}""", $$"""{"type":"tool_use","id":"t","name":"label","input":{{deep}}}""");

        Assert.Equal(reason, Completeness.Of(result));
        Assert.Equal(deep, Encoding.UTF8.GetString(Assert.Single(result.ReadAnswer()!.Calls).Input.Span));
    }

    [Fact]
    public async Task A_request_that_is_tried_alone_is_judged_alike()
    {
        using EngineFixture engine = new(between: service => new InterferingHandler(service)
        {
            After = (_, response) =>
            {
                response.Content = new StringContent($$"""{"model":"claude-haiku-4-5-20251001","content":[{{Good}}],"stop_reason":"tool_use"}""");
                return response;
            },
        });
        MessageTrial trial = new(engine.Api, new PriceList(ModelCatalog.Shipped));

        (RequestFault? forced, decimal? cost) = await trial.SendAsync(Request(Label, """{"type":"any"}""").Utf8, default, CancellationToken.None);
        (RequestFault? free, _) = await trial.SendAsync(Request(Label, null).Utf8, default, CancellationToken.None);

        Assert.Null(forced);
        Assert.Null(cost); // it came without usage
        Assert.EndsWith("It calls label and waits for its result.", free!.Value.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("""
        ,"usage":null
        """, null)]
    [InlineData("""
        ,"usage":{"service_tier":"batch"}
        """, null)]
    [InlineData("""
        ,"usage":{"input_tokens":null,"output_tokens":5}
        """, null)]
    [InlineData("""
        ,"usage":{"input_tokens":0,"output_tokens":0}
        """, 0L)]
    public async Task An_answer_without_usage_has_no_known_cost(string usage, long? cost)
    {
        _results["a"] = $$"""{"type":"succeeded","message":{"model":"claude-haiku-4-5-20251001","content":[],"stop_reason":"end_turn"{{usage.Trim()}} } }""";
        BatchRecord batch = await RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);

        Assert.Equal(cost, Read(batch).Attempt.CostInPicodollars);
        Assert.Equal(cost is null, _engine.Ledger.Jobs.Totals(_engine.Job("job")).CostInPicodollars is null);
        ModelUsage sum = Assert.Single(new UsageBooks(_engine.Ledger, new PriceList(ModelCatalog.Shipped)).Of([batch]));
        Assert.True(sum.HasPrice);
        Assert.Equal(cost is null, sum.Cost is null);
    }

    private static PreparedRequest Request(string tools, string? choice)
    {
        IEnumerable<(string, ReadOnlyMemory<byte>)> fields = [("tools", Encoding.UTF8.GetBytes($"[{tools}]"))];
        using RequestTemplate template = new(
            "claude-haiku-4-5", 100, choice is null ? fields : [.. fields, ("tool_choice", Encoding.UTF8.GetBytes(choice))]);
        return template.Render("a", "Hi");
    }

    private async Task<CollectedResult> CollectAsync(string tools, string? choice, string content, string stopReason = "tool_use")
        => Read(await RunAsync(tools, choice, content, stopReason));

    private Task<BatchRecord> RunAsync(string tools, string? choice, string content, string stopReason = "tool_use", Action<string>? beforeCollecting = null)
    {
        _results["a"] = $$"""{"type":"succeeded","message":{"model":"claude-haiku-4-5-20251001","content":[{{content}}],"stop_reason":"{{stopReason}}"} }""";
        return RunAsync(_engine.Seal("job", [Request(tools, choice)]).NewBatches[0], beforeCollecting);
    }

    private async Task<BatchRecord> RunAsync(BatchRecord batch, Action<string>? beforeCollecting = null)
    {
        await _engine.SendAsync(batch);
        beforeCollecting?.Invoke(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part));
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(_engine.Now(batch), CancellationToken.None);
        await new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock, static () => ModelCatalog.Shipped).CollectAsync(batch.Id, null, CancellationToken.None);
        return _engine.Now(batch);
    }

    private CollectedResult Read(BatchRecord batch)
    {
        using ResultReader reader = new(_engine.Ledger);
        return reader.InOrder([batch]).First();
    }
}
