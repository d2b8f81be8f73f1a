using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Anthropic.Models.Messages.Batches;
using Anthropic.Models.Models;
using ClaudeBatch.Emulator.Server;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>The official C# SDK, unmodified, calls every endpoint of the emulator's server.</summary>
public sealed class OfficialSdkTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-sdk-").FullName;

    private readonly FakeTimeProvider _clock = new();

    private EmulatorServer? _server;

    private AnthropicClient? _client;

    private AnthropicClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(_folder, new EmulatorPlan(), _clock);
        _client = new AnthropicClient { BaseUrl = _server.BaseAddress.AbsoluteUri.TrimEnd('/'), ApiKey = "sk-ant-test", MaxRetries = 0 };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Create_gives_a_running_batch()
    {
        MessageBatch batch = await CreateAsync("a", "b", "c");

        Assert.StartsWith("msgbatch_01", batch.ID, StringComparison.Ordinal);
        Assert.Equal("in_progress", batch.ProcessingStatus.Raw());
        Assert.Equal(3, batch.RequestCounts.Processing);
        Assert.Equal(_clock.GetUtcNow(), batch.CreatedAt);
        Assert.Equal(TimeSpan.FromHours(24), batch.ExpiresAt - batch.CreatedAt);
        Assert.Null(batch.ResultsUrl);
        Assert.Null(batch.EndedAt);
    }

    [Fact]
    public async Task Retrieve_gives_the_batch_as_it_ends()
    {
        MessageBatch made = await CreateAsync("a", "b");

        _clock.Advance(TimeSpan.FromMinutes(2));
        MessageBatch ended = await Client.Messages.Batches.Retrieve(made.ID);

        Assert.Equal(made.ID, ended.ID);
        Assert.Equal("ended", ended.ProcessingStatus.Raw());
        Assert.Equal(2, ended.RequestCounts.Succeeded);
        Assert.Equal(0, ended.RequestCounts.Processing);
        Assert.Equal(made.CreatedAt + TimeSpan.FromSeconds(60), ended.EndedAt);
        Assert.Equal($"{_server!.BaseAddress}v1/messages/batches/{made.ID}/results", ended.ResultsUrl);
    }

    [Fact]
    public async Task List_pages_by_itself_newest_first()
    {
        List<string> made = [];
        for (int i = 0; i < 5; i++)
        {
            made.Insert(0, (await CreateAsync("a")).ID);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        List<string> listed = [];
        BatchListPage page = await Client.Messages.Batches.List(new BatchListParams { Limit = 2 });
        listed.AddRange(page.Items.Select(static b => b.ID));
        while (page.HasNext())
        {
            page = await page.Next();
            listed.AddRange(page.Items.Select(static b => b.ID));
        }

        Assert.Equal(made, listed);
    }

    [Fact]
    public async Task Cancel_gives_a_canceling_batch()
    {
        MessageBatch made = await CreateAsync("a");
        _clock.Advance(TimeSpan.FromSeconds(1));

        MessageBatch canceling = await Client.Messages.Batches.Cancel(made.ID);

        Assert.Equal("canceling", canceling.ProcessingStatus.Raw());
        Assert.Equal(_clock.GetUtcNow(), canceling.CancelInitiatedAt);
        Assert.Equal(1, canceling.RequestCounts.Processing);
    }

    [Fact]
    public async Task Delete_names_what_it_deleted_and_refuses_a_running_batch()
    {
        MessageBatch made = await CreateAsync("a");

        AnthropicBadRequestException early = await Assert.ThrowsAsync<AnthropicBadRequestException>(() => Client.Messages.Batches.Delete(made.ID));
        _clock.Advance(TimeSpan.FromMinutes(2));
        DeletedMessageBatch deleted = await Client.Messages.Batches.Delete(made.ID);

        Assert.Contains("In progress batches cannot be deleted", early.ResponseBody, StringComparison.Ordinal);
        Assert.Equal(made.ID, deleted.ID);
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => Client.Messages.Batches.Retrieve(made.ID));
    }

    [Fact]
    public async Task Results_stream_each_kind_of_outcome()
    {
        MessageBatch made = await Client.Messages.Batches.Create(new BatchCreateParams
        {
            Requests = [Request("good"), Request("bad") with { Params = Params() with { Model = "claude-does-not-exist-9" } }],
        });
        _clock.Advance(TimeSpan.FromMinutes(2));

        Dictionary<string, MessageBatchResult> results = [];
        await foreach (MessageBatchIndividualResponse line in Client.Messages.Batches.ResultsStreaming(made.ID))
        {
            results.Add(line.CustomID, line.Result);
        }

        Assert.Equal(2, results.Count);
        Assert.True(results["good"].TryPickSucceeded(out MessageBatchSucceededResult? good));
        Assert.Equal("claude-haiku-4-5-20251001", good.Message.Model.Raw());
        Assert.True(good.Message.Content[0].TryPickText(out TextBlock? text));
        Assert.Equal("Say good", text.Text);
        Assert.Equal("batch", good.Message.Usage.ServiceTier!.Raw());
        Assert.True(results["bad"].TryPickErrored(out MessageBatchErroredResult? bad));
        Assert.Equal("model: claude-does-not-exist-9", bad.Error.Error.Message);
    }

    [Fact]
    public async Task Results_before_the_end_are_not_found()
    {
        MessageBatch made = await CreateAsync("a");

        AnthropicNotFoundException early = await Assert.ThrowsAsync<AnthropicNotFoundException>(async () =>
        {
            await foreach (MessageBatchIndividualResponse line in Client.Messages.Batches.ResultsStreaming(made.ID))
            {
                Assert.Fail("There are no results yet.");
            }
        });

        Assert.Contains("has no available results", early.ResponseBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Count_tokens_counts()
    {
        MessageTokensCount count = await Client.Messages.CountTokens(new MessageCountTokensParams
        {
            Model = "claude-haiku-4-5",
            Messages = [new UserMessageParam { Content = "Count me, please." }],
        });

        Assert.InRange(count.InputTokens, 5, 100);
    }

    [Fact]
    public async Task A_message_is_answered_at_once()
    {
        Message message = await Client.Messages.Create(new MessageCreateParams
        {
            Model = "claude-haiku-4-5",
            MaxTokens = 20,
            Messages = [new UserMessageParam { Content = "Hello" }],
        });

        Assert.True(message.Content[0].TryPickText(out TextBlock? text));
        Assert.Equal("Hello", text.Text);
        Assert.Equal("end_turn", message.StopReason!.Raw());
        Assert.Equal("standard", message.Usage.ServiceTier!.Raw());
    }

    [Fact]
    public async Task Models_are_listed_and_found_by_alias()
    {
        ModelListPage page = await Client.Models.List();
        ModelInfo haiku = await Client.Models.Retrieve("claude-haiku-4-5");

        Assert.Contains(page.Items, static m => m.ID == "claude-opus-5-5");
        Assert.Equal("claude-haiku-4-5-20251001", haiku.ID);
        Assert.Equal(64_000, haiku.MaxTokens);
    }

    [Fact]
    public async Task A_rejected_key_is_said_so()
    {
        using AnthropicClient stranger = new() { BaseUrl = Client.BaseUrl, ApiKey = "sk-ant-invalid", MaxRetries = 0 };

        AnthropicUnauthorizedException refused = await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => stranger.Messages.Batches.List());

        Assert.Contains("API key is invalid.", refused.ResponseBody, StringComparison.Ordinal);
    }

    private static Params Params() => new()
    {
        Model = "claude-haiku-4-5",
        MaxTokens = 20,
        Messages = [new UserMessageParam { Content = "Say good" }],
    };

    private static Request Request(string id) => new() { CustomID = id, Params = Params() };

    private Task<MessageBatch> CreateAsync(params string[] ids)
        => Client.Messages.Batches.Create(new BatchCreateParams { Requests = [.. ids.Select(Request)] });
}
