using System.Text.Json.Nodes;

namespace ClaudeBatch.Rows;

/// <summary>Marks a list of content blocks for the prompt cache: its last block gets the field <c>cache_control</c>.</summary>
internal static class Marker
{
    /// <param name="blocks">A list of blocks. One that does not end with an object is left as it is: the service refuses it anyway.</param>
    /// <param name="ttl">The lifetime in the cache: <c>5m</c> or <c>1h</c>.</param>
    public static JsonArray Mark(JsonArray blocks, string ttl)
    {
        if (blocks is [.., JsonObject last])
        {
            last["cache_control"] = new JsonObject { ["type"] = "ephemeral", ["ttl"] = ttl };
        }

        return blocks;
    }
}
