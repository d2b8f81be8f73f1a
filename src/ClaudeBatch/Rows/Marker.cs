using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClaudeBatch.Rows;

/// <summary>Puts the mark of the cache at the end of a list of blocks.</summary>
internal static class Marker
{
    private static readonly JsonSerializerOptions s_writing = new() { Encoder = Json.JsonText.Options.Encoder };

    /// <param name="blocks">A JSON array of objects.</param>
    /// <param name="ttl"><c>5m</c> or <c>1h</c>.</param>
    public static byte[] Mark(byte[] blocks, string ttl)
    {
        JsonArray array = JsonNode.Parse(blocks)!.AsArray();
        array[^1]!.AsObject()["cache_control"] = new JsonObject { ["type"] = "ephemeral", ["ttl"] = ttl };
        return JsonSerializer.SerializeToUtf8Bytes(array, s_writing);
    }
}
