using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <content>Conversations of several rounds, in which tools were called.</content>
public sealed partial class BatchResult
{
    private byte[] _transcriptJson = [];

    private byte[]? _request;

    private string? _rounds;

    private object? _transcript;

    /// <summary>How many requests were sent for the row, one for each time that tools were answered; retries aside.</summary>
    public int Rounds { get; set; } = 1;

    /// <summary>
    /// The whole conversation, as PowerShell objects in the shape of the API: what was asked, what the model has answered in each round, and what
    /// its tools gave. Null where there was one round.
    /// </summary>
    public object? Transcript
    {
        get => _transcript ??= TranscriptBytes is { Length: > 0 } json ? ObjectView.ParseOrNull(json) : null;
        set => _transcript = value;
    }

    /// <summary>The whole conversation as the JSON that was sent and received; null where there was one round.</summary>
    public string? RawTranscript
    {
        get => TranscriptBytes is { Length: > 0 } json ? Encoding.UTF8.GetString(json) : null;
        set => (_transcript, _transcriptJson) = (null, value is null ? [] : Encoding.UTF8.GetBytes(value));
    }

    private byte[] TranscriptBytes
    {
        get
        {
            if (_transcriptJson.Length == 0 && _request is not null)
            {
                _transcriptJson = ConversationTurn.Transcript(_request, _line);
                _request = null;
            }

            return _transcriptJson;
        }
    }

    // What all rounds and attempts have used; null where there was one round.
    private object? UsageOfAll()
    {
        if (_rounds is null)
        {
            return null;
        }

        using JsonDocument rounds = JsonDocument.Parse(_rounds);
        return ObjectView.Parse(Encoding.UTF8.GetBytes(rounds.RootElement.GetProperty("usage").GetRawText()));
    }

    private ToolCall[] FindCalls()
    {
        List<ToolCall> calls = _rounds is null || TranscriptBytes.Length == 0 ? [] : AnsweredCalls(_rounds, TranscriptBytes);
        calls.AddRange((Answer?.Calls ?? []).Select(c => ToolCall.From(c, Rounds)));
        return [.. calls];
    }

    private static List<ToolCall> AnsweredCalls(string rounds, byte[] transcript)
    {
        using JsonDocument document = JsonDocument.Parse(rounds);
        // A service may give an id twice: those of one id are told apart by their order.
        Dictionary<string, Queue<(int Round, TimeSpan? Duration)>> known = [];
        foreach (JsonElement call in document.RootElement.GetProperty("calls").EnumerateArray())
        {
            string id = call[1].GetString()!;
            known.TryAdd(id, []);
            known[id].Enqueue((
                call[0].GetInt32(), call[2].ValueKind == JsonValueKind.Number ? TimeSpan.FromMilliseconds(call[2].GetInt64()) : null));
        }

        using JsonDocument messages = JsonDocument.Parse(transcript, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        List<ToolCall> calls = [];
        Dictionary<string, Queue<ToolCall>> open = [];
        foreach (JsonElement block in messages.RootElement.EnumerateArray().SelectMany(Blocks))
        {
            string? id = TextOf(block, "id") ?? TextOf(block, "tool_use_id");
            if (id is null || !known.TryGetValue(id, out Queue<(int Round, TimeSpan? Duration)>? places))
            {
                continue; // of a conversation that the row began with
            }

            if (TextOf(block, "type") == "tool_use" && places.TryDequeue(out (int Round, TimeSpan? Duration) at))
            {
                byte[] input = block.TryGetProperty("input", out JsonElement given) ? Encoding.UTF8.GetBytes(given.GetRawText()) : [];
                ToolCall call = ToolCall.From(new ToolUse(id, TextOf(block, "name"), input), at.Round);
                call.Duration = at.Duration;
                calls.Add(call);
                open.TryAdd(id, []);
                open[id].Enqueue(call);
            }
            else if (TextOf(block, "type") == "tool_result" && open.GetValueOrDefault(id)?.TryDequeue(out ToolCall? answered) == true)
            {
                answered.Output = TextOf(block, "content") ?? string.Empty;
                answered.IsError = block.TryGetProperty("is_error", out JsonElement isError) && isError.ValueKind == JsonValueKind.True;
            }
        }

        return [.. calls.Where(static c => c.Output is not null)];
    }

    private static IEnumerable<JsonElement> Blocks(JsonElement message)
        => message.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array
            ? content.EnumerateArray().Where(static b => b.ValueKind == JsonValueKind.Object)
            : [];

    private static string? TextOf(JsonElement of, string name)
        => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
