using System.Text.Json;
using Anthropic;
using Anthropic.Models.Messages;
using Anthropic.Models.Messages.Batches;
using ClaudeBatch.Emulator.Server;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>The official C# SDK, unmodified, leads a conversation with tools over several batches.</summary>
public sealed class OfficialToolTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-sdk-").FullName;

    private readonly FakeTimeProvider _clock = new();

    private readonly EmulatorPlan _plan = new() { ToolRounds = 2, ToolCalls = 2, ThinkingBlocks = true };

    private EmulatorServer? _server;

    private AnthropicClient? _client;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(_folder, _plan, _clock);
        _client = new AnthropicClient { BaseUrl = _server.BaseAddress.AbsoluteUri.TrimEnd('/'), ApiKey = "sk-ant-test", MaxRetries = 0 };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_rounds_end_with_text_whatever_the_content_looks_like(bool isOdd)
    {
        _plan.OddContent = isOdd;
        Params asked = Question();
        foreach (int round in Enumerable.Range(1, 2))
        {
            Message calling = Succeeded(await RunAsync(asked));
            Assert.Equal("tool_use", calling.StopReason!.Raw());
            Assert.Equal(2, Calls(calling).Length);
            Assert.Contains(calling.Content, static b => b.TryPickThinking(out _));
            asked = Answered(asked, calling, round);
        }

        Message said = Succeeded(await RunAsync(asked));

        Assert.Equal("end_turn", said.StopReason!.Raw());
        Assert.Contains(said.Content, static b => b.TryPickText(out TextBlock? text) && text.Text == "round 2\nround 2");
    }

    [Fact]
    public async Task Its_pauses_end_when_it_returns_the_content()
    {
        _plan.Pauses = 1;
        Params asked = Question() with { Tools = [new WebSearchTool20250305()] };
        Message paused = Succeeded(await RunAsync(asked));
        Assert.Equal("pause_turn", paused.StopReason!.Raw());

        Message said = Succeeded(await RunAsync(asked with
        {
            Messages = [.. asked.Messages, new AssistantMessageParam { Content = paused.Content.Select(static b => new ContentBlockParam(b.Json)).ToList() }],
        }));

        Assert.Equal("end_turn", said.StopReason!.Raw());
        Assert.Equal(1, said.Usage.ServerToolUse!.WebSearchRequests);
    }

    [Fact]
    public async Task A_result_that_it_leaves_out_is_an_error_of_its_request()
    {
        Params asked = Question();
        Message calling = Succeeded(await RunAsync(asked));

        MessageBatchResult result = await RunAsync(asked with { Messages = [.. asked.Messages, Returned(calling), new UserMessageParam { Content = "Well?" }] });

        Assert.True(result.TryPickErrored(out MessageBatchErroredResult? error));
        Assert.StartsWith("messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: ", error.Error.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_writes_odd_content_in_other_bytes()
    {
        (_plan.OddContent, _plan.Verbatim) = (true, true);
        Params asked = Question();

        MessageBatchResult result = await RunAsync(Answered(asked, Succeeded(await RunAsync(asked)), 1));

        Assert.True(result.TryPickErrored(out MessageBatchErroredResult? error));
        Assert.Contains("not the bytes of the answer", error.Error.Error.Message, StringComparison.Ordinal);
    }

    private static Params Question() => new()
    {
        Model = "claude-opus-5-5",
        MaxTokens = 2000,
        Thinking = new ThinkingConfigAdaptive(),
        Tools = [new Tool { Name = "Get-Order", InputSchema = new InputSchema { Properties = Properties(), Required = ["Number"] } }],
        Messages = [new UserMessageParam { Content = "Where is it?" }],
    };

    private static Dictionary<string, JsonElement> Properties() => new(StringComparer.Ordinal)
    {
        ["Number"] = JsonDocument.Parse("""{"type":"integer"}""").RootElement,
        ["Note"] = JsonDocument.Parse("""{"type":"string"}""").RootElement,
    };

    // The next request by the SDK's own types, as its users write it.
    private static Params Answered(Params asked, Message calling, int round) => asked with
    {
        Messages =
        [
            .. asked.Messages,
            Returned(calling),
            new UserMessageParam
            {
                Content = Calls(calling).Select(c => (ContentBlockParam)new ToolResultBlockParam { ToolUseID = c.ID, Content = $"round {round}" }).ToList(),
            },
        ],
    };

    private static AssistantMessageParam Returned(Message message) => new() { Content = message.Content.Select(Returned).ToList() };

    private static ContentBlockParam Returned(ContentBlock block) => block switch
    {
        _ when block.TryPickText(out TextBlock? text) => new TextBlockParam { Text = text.Text },
        _ when block.TryPickThinking(out ThinkingBlock? thinking) => new ThinkingBlockParam { Thinking = thinking.Thinking, Signature = thinking.Signature },
        _ when block.TryPickRedactedThinking(out RedactedThinkingBlock? redacted) => new RedactedThinkingBlockParam { Data = redacted.Data },
        _ when block.TryPickToolUse(out ToolUseBlock? call) => new ToolUseBlockParam { ID = call.ID, Name = call.Name, Input = call.Input },
        _ => throw new InvalidOperationException(block.ToString()),
    };

    private static ToolUseBlock[] Calls(Message message)
        => [.. message.Content.Select(static b => b.TryPickToolUse(out ToolUseBlock? call) ? call : null).OfType<ToolUseBlock>()];

    private static Message Succeeded(MessageBatchResult result)
        => result.TryPickSucceeded(out MessageBatchSucceededResult? good) ? good.Message : throw new InvalidOperationException(result.ToString());

    private async Task<MessageBatchResult> RunAsync(Params asked)
    {
        MessageBatch made = await _client!.Messages.Batches.Create(new BatchCreateParams { Requests = [new Request { CustomID = "row-1", Params = asked }] });
        _clock.Advance(TimeSpan.FromHours(1));
        await foreach (MessageBatchIndividualResponse line in _client.Messages.Batches.ResultsStreaming(made.ID))
        {
            return line.Result;
        }

        throw new InvalidOperationException("There is no result.");
    }
}
