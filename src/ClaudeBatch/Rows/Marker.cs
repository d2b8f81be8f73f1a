using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClaudeBatch.Rows;

/// <summary>Marks a list of content blocks for the prompt cache: its last block gets the field <c>cache_control</c>.</summary>
internal static class Marker
{
    private static readonly JsonSerializerOptions s_writing = new() { Encoder = Json.JsonText.Options.Encoder };

    /// <param name="blocks">A JSON array of at least one object.</param>
    /// <param name="ttl">The lifetime in the cache: <c>5m</c> or <c>1h</c>.</param>
    public static byte[] Mark(byte[] blocks, string ttl)
    {
        JsonArray array = JsonNode.Parse(blocks)!.AsArray();
        array[^1]!.AsObject()["cache_control"] = new JsonObject { ["type"] = "ephemeral", ["ttl"] = ttl };
        return JsonSerializer.SerializeToUtf8Bytes(array, s_writing);
    }
}
