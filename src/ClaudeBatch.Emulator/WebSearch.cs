using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// What the service's web search leaves in an answer. Its encrypted fields hold for the fields beside them, and must come back as they are.
/// </summary>
internal static class WebSearch
{
    private const string Url = "https://example.com/found";

    private const string Title = "What the emulator has found";

    public static bool IsIn(JsonElement parameters)
        => parameters.TryGetProperty("tools", out JsonElement tools) && tools.ValueKind == JsonValueKind.Array
            && tools.EnumerateArray().Any(static t => Conversation.TypeOf(t)?.StartsWith("web_search_", StringComparison.Ordinal) == true);

    public static string Use(string id, string query) => EmulatorJson.Text(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "server_tool_use"u8);
        writer.WriteString("id"u8, id);
        writer.WriteString("name"u8, "web_search"u8);
        writer.WriteStartObject("input"u8);
        writer.WriteString("query"u8, query);
        writer.WriteEndObject();
        writer.WriteStartObject("caller"u8);
        writer.WriteString("type"u8, "direct"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    public static string Result(string id) => EmulatorJson.Text(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "web_search_tool_result"u8);
        writer.WriteString("tool_use_id"u8, id);
        writer.WriteStartArray("content"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "web_search_result"u8);
        writer.WriteString("url"u8, Url);
        writer.WriteString("title"u8, Title);
        writer.WriteString("encrypted_content"u8, Seal.Text("content", Url, Title));
        writer.WriteNull("page_age"u8);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Writes the citations of a text that says what was found.</summary>
    public static void WriteCitations(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("citations"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "web_search_result_location"u8);
        writer.WriteString("cited_text"u8, Title);
        writer.WriteString("encrypted_index"u8, Seal.Text("index", Url, Title));
        writer.WriteString("title"u8, Title);
        writer.WriteString("url"u8, Url);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <returns>The error, or null when what was encrypted is as it was.</returns>
    public static ServiceError? Fault(JsonElement parameters)
    {
        int number = -1;
        foreach (JsonElement message in parameters.GetProperty("messages").EnumerateArray())
        {
            number++;
            int index = -1;
            foreach (JsonElement block in Conversation.Blocks(message))
            {
                index++;
                string? fault = Conversation.TypeOf(block) switch
                {
                    "web_search_tool_result" => Changed(block, "content", "web_search_result", "encrypted_content", "content", "title"),
                    "text" => Changed(block, "citations", "web_search_result_location", "encrypted_index", "index", "cited_text"),
                    _ => null,
                };
                if (fault is not null)
                {
                    return ServiceError.Invalid($"messages.{number}.content.{index}.{fault}");
                }
            }
        }

        return null;
    }

    private static string? Changed(JsonElement block, string list, string type, string field, string kind, string words)
    {
        if (!block.TryGetProperty(list, out JsonElement items) || items.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        int index = -1;
        foreach (JsonElement item in items.EnumerateArray())
        {
            index++;
            if (Conversation.TypeOf(item) != type)
            {
                continue;
            }

            string? given = Conversation.Text(item, field);
            string url = Conversation.Text(item, "url") ?? string.Empty;
            if (given is null || given != Seal.Text(kind, url, Conversation.Text(item, words) ?? string.Empty))
            {
                return $"{list}.{index}.{field}: {(given is null ? "Field required" : $"Invalid `{field}`")}";
            }
        }

        return null;
    }
}
