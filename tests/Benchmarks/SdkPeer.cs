using System.Text.Json;
using Anthropic;
using Anthropic.Models.Messages;
using Anthropic.Models.Messages.Batches;

namespace ClaudeBatch.Benchmarks;

/// <summary>Does the same work with the official C# SDK.</summary>
internal static class SdkPeer
{
    /// <summary>Submits typed requests, in the way the SDK's documentation shows.</summary>
    public static async Task<long> SubmitAsync(string address, string file)
    {
        using AnthropicClient client = Client(address);
        List<Request> requests = [];
        foreach (string line in File.ReadLines(file))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement parameters = document.RootElement.GetProperty("params");
            requests.Add(new Request
            {
                CustomID = document.RootElement.GetProperty("custom_id").GetString()!,
                Params = new Params
                {
                    Model = parameters.GetProperty("model").GetString()!,
                    MaxTokens = parameters.GetProperty("max_tokens").GetInt64(),
                    Messages = [new UserMessageParam { Content = parameters.GetProperty("messages")[0].GetProperty("content").GetString()! }],
                },
            });
        }

        MessageBatch batch = await client.Messages.Batches.Create(new BatchCreateParams { Requests = requests });
        return batch.RequestCounts.Processing;
    }

    /// <summary>Submits as leanly as the SDK allows: each line is parsed, and goes out as it is without a type of its own.</summary>
    public static async Task<long> SubmitLeanAsync(string address, string file)
    {
        using AnthropicClient client = Client(address);
        List<JsonElement> requests = [.. File.ReadLines(file).Select(static line => JsonSerializer.Deserialize<JsonElement>(line))];
        Dictionary<string, JsonElement> none = [];
        Dictionary<string, JsonElement> body = new() { ["requests"] = JsonSerializer.SerializeToElement(requests) };
        MessageBatch batch = await client.Messages.Batches.Create(BatchCreateParams.FromRawUnchecked(none, none, body));
        return batch.RequestCounts.Processing;
    }

    public static async Task<long> CollectAsync(string address, string id)
    {
        using AnthropicClient client = Client(address);
        long count = 0;
        long characters = 0;
        await foreach (MessageBatchIndividualResponse line in client.Messages.Batches.ResultsStreaming(id))
        {
            if (line.Result.TryPickSucceeded(out MessageBatchSucceededResult? succeeded) && succeeded.Message.Content[0].TryPickText(out TextBlock? text))
            {
                count++;
                characters += text.Text.Length;
            }
        }

        return characters > 0 ? count : 0;
    }

    private static AnthropicClient Client(string address) => new() { BaseUrl = address, ApiKey = "sk-ant-bench", MaxRetries = 0, Timeout = TimeSpan.FromMinutes(10) };
}
