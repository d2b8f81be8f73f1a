using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Anthropic.Models.Messages.Batches;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Tests;

/// <summary>What an official client does with batches, from the create to the delete.</summary>
internal static class WholeBatch
{
    /// <summary>Takes one batch to its results and cancels another, and gives the first as it ended.</summary>
    public static async Task<MessageBatch> RunAsync(AnthropicClient client, FakeTimeProvider clock)
    {
        MessageBatch made = await CreateAsync(client, "a", "b");
        clock.Advance(TimeSpan.FromSeconds(90));
        MessageBatch other = await CreateAsync(client, "c");
        MessageBatch canceling = await client.Messages.Batches.Cancel(other.ID);
        MessageBatch ended = await client.Messages.Batches.Retrieve(made.ID);
        BatchListPage page = await client.Messages.Batches.List(new BatchListParams { Limit = 5 });
        List<string> answered = [];
        await foreach (MessageBatchIndividualResponse line in client.Messages.Batches.ResultsStreaming(made.ID))
        {
            Assert.True(line.Result.TryPickSucceeded(out _));
            answered.Add(line.CustomID);
        }

        DeletedMessageBatch deleted = await client.Messages.Batches.Delete(made.ID);

        Assert.Equal("canceling", canceling.ProcessingStatus.Raw());
        Assert.Equal("ended", ended.ProcessingStatus.Raw());
        Assert.Equal([other.ID, made.ID], page.Items.Select(static b => b.ID));
        Assert.Equal(["a", "b"], answered.Order());
        Assert.Equal(made.ID, deleted.ID);
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => client.Messages.Batches.Retrieve(made.ID));
        return ended;
    }

    private static Task<MessageBatch> CreateAsync(AnthropicClient client, params string[] ids)
        => client.Messages.Batches.Create(new BatchCreateParams { Requests = [.. ids.Select(Request)] });

    private static Request Request(string id) => new()
    {
        CustomID = id,
        Params = new Params
        {
            Model = "claude-haiku-4-5",
            MaxTokens = 20,
            Messages = [new UserMessageParam { Content = "Say good" }],
        },
    };
}
