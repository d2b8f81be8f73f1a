using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// A digest of a conversation up to a block, to which a thinking block is bound: the system prompt, the tools and what was said, without what may be
/// changed (marks for the cache, tools that are loaded later) and without thinking. It is of what the JSON says, not of its bytes: a client may write it
/// otherwise.
/// </summary>
internal sealed class ConversationDigest
{
    private byte[] _state;

    private ConversationDigest(JsonElement parameters)
    {
        StringBuilder text = new();
        Write(text, parameters.TryGetProperty("system", out JsonElement system) ? system : default);
        if (parameters.TryGetProperty("tools", out JsonElement tools) && tools.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement tool in tools.EnumerateArray().Where(static t => !IsLater(t)))
            {
                Write(text, tool);
            }
        }

        _state = Seal.Of(text.ToString());
    }

    /// <summary>The digest of what was added until now.</summary>
    public ReadOnlySpan<byte> Value => _state;

    /// <summary>Begins the digest of a request with what stands before its messages.</summary>
    public static ConversationDigest Before(JsonElement parameters) => new(parameters);

    /// <summary>Adds a block; thinking changes nothing.</summary>
    public void Add(string role, JsonElement block)
    {
        if (!ThinkingSeal.IsThinking(block))
        {
            StringBuilder text = new(Convert.ToBase64String(_state));
            text.Append(role);
            Write(text, block);
            _state = Seal.Of(text.ToString());
        }
    }

    /// <summary>Adds a text, which is as one block of it.</summary>
    public void Add(string role, string content)
    {
        string text = JsonSerializer.Serialize(content, EmulatorJson.Default.String);
        using JsonDocument block = JsonDocument.Parse($"{{\"type\":\"text\",\"text\":{text}}}");
        Add(role, block.RootElement);
    }

    private static bool IsLater(JsonElement tool)
        => tool.TryGetProperty("defer_loading", out JsonElement later) && later.ValueKind == JsonValueKind.True;

    // Fields that are null are as those that are not there, and the order of fields says nothing.
    private static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty field in value.EnumerateObject().OrderBy(static f => f.Name, StringComparer.Ordinal)
                    .Where(static f => f.Name != "cache_control" && f.Value.ValueKind != JsonValueKind.Null))
                {
                    Write(text, field.Name);
                    Write(text, field.Value);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(text, item);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                Write(text, CallIds.Unsealed(AnyText.Read(value)));
                break;
            case JsonValueKind.Number:
                text.Append('#').Append(value.GetDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(value.ValueKind.ToString());
                break;
        }
    }

    private static void Write(StringBuilder text, string word)
        => text.Append(CultureInfo.InvariantCulture, $"{word.Length}:{word}");
}
