using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Writes an answer as the service writes it.</summary>
internal static class EmulatedAnswer
{
    private const int BytesPerToken = 4;

    public static long TokensOf(long bytes) => Math.Max(1, bytes / BytesPerToken);

    // A text that is cut between the halves of a surrogate pair is none.
    private static int Whole(string text, int length) => char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;

    /// <summary>Writes one answer.</summary>
    /// <param name="writer">The writer that the answer goes to.</param>
    /// <param name="parameters">The params of the request, which were found to be valid.</param>
    /// <param name="said">What the model says, before it is cut at <c>max_tokens</c>.</param>
    /// <param name="tier">The service tier: <c>batch</c> or <c>standard</c>.</param>
    /// <param name="cache">The tokens that were read from the cache and written to it.</param>
    public static void Write(Utf8JsonWriter writer, JsonElement parameters, Said said, string tier, CacheUse cache = default)
    {
        EmulatedModel model = EmulatedModels.Find(parameters.GetProperty("model").GetString()!)!;
        long limit = parameters.GetProperty("max_tokens").GetInt64() * BytesPerToken;
        bool isCut = said.Words.Length > limit;
        string words = isCut ? said.Words[..Whole(said.Words, (int)limit)] : said.Words;
        writer.WriteStartObject();
        writer.WriteString("id"u8, Draw.Id("msg_"));
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("model"u8, model.Id);
        writer.WriteStartArray("content"u8);
        WriteBlock(writer, said.Tool, words, isCut);
        writer.WriteEndArray();
        writer.WriteString("stop_reason"u8, isCut ? "max_tokens"u8 : said.Tool is null ? "end_turn"u8 : "tool_use"u8);
        writer.WriteNull("stop_sequence"u8);
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber(
            "input_tokens"u8, Math.Max(1, TokensOf(parameters.GetRawText().Length) - cache.Read - cache.Write5m - cache.Write1h));
        writer.WriteNumber("cache_creation_input_tokens"u8, cache.Write5m + cache.Write1h);
        writer.WriteNumber("cache_read_input_tokens"u8, cache.Read);
        writer.WriteStartObject("cache_creation"u8);
        writer.WriteNumber("ephemeral_5m_input_tokens"u8, cache.Write5m);
        writer.WriteNumber("ephemeral_1h_input_tokens"u8, cache.Write1h);
        writer.WriteEndObject();
        writer.WriteNumber("output_tokens"u8, TokensOf(words.Length));
        writer.WriteString("service_tier"u8, tier);
        writer.WriteString("inference_geo"u8, "not_available"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    // Half of what was to be passed to a tool is no JSON, and nothing is left of it.
    private static void WriteBlock(Utf8JsonWriter writer, string? tool, string words, bool isCut)
    {
        writer.WriteStartObject();
        if (tool is null)
        {
            writer.WriteString("type"u8, "text"u8);
            AnyText.Write(writer, "text"u8, words);
        }
        else
        {
            writer.WriteString("type"u8, "tool_use"u8);
            writer.WriteString("id"u8, Draw.Id("toolu_"));
            writer.WriteString("name"u8, tool);
            writer.WritePropertyName("input"u8);
            writer.WriteRawValue(isCut ? "{}" : words);
            writer.WriteStartObject("caller"u8);
            writer.WriteString("type"u8, "direct"u8);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
