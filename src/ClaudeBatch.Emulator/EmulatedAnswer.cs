using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Writes an answer as the service writes it.</summary>
internal static class EmulatedAnswer
{
    public const int BytesPerToken = 4;

    public static long TokensOf(long bytes) => Math.Max(1, bytes / BytesPerToken);

    /// <summary>Writes one answer.</summary>
    /// <param name="writer">The writer that the answer goes to.</param>
    /// <param name="parameters">The params of the request, which were found to be valid.</param>
    /// <param name="said">What the model says, before it is cut at <c>max_tokens</c>.</param>
    /// <param name="frame">What the answer comes from.</param>
    /// <param name="fileBytes">The bytes that files which the request names by their ids would take within it.</param>
    public static void Write(Utf8JsonWriter writer, JsonElement parameters, Said said, AnswerFrame frame, long fileBytes = 0)
    {
        EmulatedModel model = EmulatedModels.Find(parameters.GetProperty("model").GetString()!)!;
        AnswerContent content = new(parameters, model, said, frame.Plan, frame.Answer);
        CacheUse cache = frame.Cache;
        writer.WriteStartObject();
        writer.WriteString("id"u8, Draw.Id("msg_"));
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("model"u8, model.Id);
        writer.WritePropertyName("content"u8);
        writer.WriteRawValue(content.Json, skipInputValidation: true);
        writer.WriteString("stop_reason"u8, content.StopReason);
        writer.WriteNull("stop_sequence"u8);
        writer.WriteStartObject("usage"u8);
        long inputTokens = TokensOf(parameters.GetRawText().Length + fileBytes);
        writer.WriteNumber(
            "input_tokens"u8, Math.Max(1, inputTokens - cache.Read - cache.Write5m - cache.Write1h));
        writer.WriteNumber("cache_creation_input_tokens"u8, cache.Write5m + cache.Write1h);
        writer.WriteNumber("cache_read_input_tokens"u8, cache.Read);
        writer.WriteStartObject("cache_creation"u8);
        writer.WriteNumber("ephemeral_5m_input_tokens"u8, cache.Write5m);
        writer.WriteNumber("ephemeral_1h_input_tokens"u8, cache.Write1h);
        writer.WriteEndObject();
        writer.WriteNumber("output_tokens"u8, TokensOf(content.Length));
        if (content.Searches > 0)
        {
            writer.WriteStartObject("server_tool_use"u8);
            writer.WriteNumber("web_search_requests"u8, content.Searches);
            writer.WriteNumber("web_fetch_requests"u8, 0);
            writer.WriteEndObject();
        }

        writer.WriteString("service_tier"u8, frame.Tier);
        writer.WriteString("inference_geo"u8, "not_available"u8);
        writer.WriteEndObject();
        if (ThinkingCheck.IsReported(frame.Betas))
        {
            WriteTransformations(writer, parameters, model);
        }

        writer.WriteEndObject();
    }

    private static void WriteTransformations(Utf8JsonWriter writer, JsonElement parameters, EmulatedModel model)
    {
        writer.WriteStartArray("input_transformations"u8);
        foreach ((string path, string reason) in ThinkingCheck.Dropped(parameters, model))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "thinking_dropped"u8);
            writer.WriteString("path"u8, path);
            writer.WriteString("reason"u8, reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
