using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// What the service finds wrong with the content of messages and of the system prompt. The words on empty and blank texts are recorded.
/// </summary>
internal static class ContentCheck
{
    private const string NotAnObject = "Input should be a valid dictionary or object to extract fields from";

    // Types of another vendor's blocks. The emulator does not have a list of all the service's.
    private static readonly string[] s_foreign =
        ["image_url", "input_text", "input_image", "input_file", "input_audio", "output_text", "file", "function_call"];

    /// <returns>The error, or null when the content of the message is fine.</returns>
    public static ServiceError? OfMessage(JsonElement message, int index)
    {
        bool has = message.TryGetProperty("content", out JsonElement content);
        return (has ? content.ValueKind : JsonValueKind.Null) switch
        {
            JsonValueKind.Null => Empty(index),
            JsonValueKind.String when content.ValueEquals(string.Empty) => Empty(index),
            JsonValueKind.String => TextFault(content, "messages"),
            JsonValueKind.Array when content.GetArrayLength() == 0 => Empty(index),
            JsonValueKind.Array => OfBlocks(content, "messages", $"messages.{index}.content", IsAnswer(message)),
            _ => ServiceError.Invalid($"messages.{index}.content: Input should be a valid list"),
        };
    }

    /// <returns>The error, or null when the system prompt is fine, or there is none.</returns>
    public static ServiceError? OfSystem(JsonElement parameters)
        => !parameters.TryGetProperty("system", out JsonElement system) ? null : system.ValueKind switch
        {
            JsonValueKind.String or JsonValueKind.Null => null,
            JsonValueKind.Array => OfBlocks(system, "system", "system"),
            _ => ServiceError.Invalid("system: Input should be a valid list"),
        };

    private static ServiceError? OfBlocks(JsonElement blocks, string field, string path, bool mayBeEmpty = false)
    {
        int index = 0;
        foreach (JsonElement block in blocks.EnumerateArray())
        {
            if (block.ValueKind != JsonValueKind.Object)
            {
                return ServiceError.Invalid($"{path}.{index}: {NotAnObject}");
            }

            string? type = block.TryGetProperty("type", out JsonElement given) && given.ValueKind == JsonValueKind.String
                ? given.GetString()
                : null;
            if (type is null)
            {
                return ServiceError.Invalid($"{path}.{index}: Unable to extract tag using discriminator 'type'");
            }

            bool isText = type == "text";
            if (!isText && (field == "system" || s_foreign.Contains(type)))
            {
                return ServiceError.Invalid(
                    $"{path}.{index}: Input tag '{type}' found using 'type' does not match any of the expected tags");
            }

            if (isText && !block.TryGetProperty("text", out _))
            {
                return ServiceError.Invalid($"{path}.{index}.text.text: Field required");
            }

            if (isText && (block.GetProperty("text").ValueKind == JsonValueKind.String
                ? mayBeEmpty ? null : TextFault(block.GetProperty("text"), field)
                : ServiceError.Invalid($"{path}.{index}.text.text: Input should be a valid string")) is { } fault)
            {
                return fault;
            }

            index++;
        }

        return null;
    }

    // What the model has said with calls or thinking may have empty texts, and has to come back as it was.
    private static bool IsAnswer(JsonElement message) => Conversation.IsOf(message, "assistant") && Conversation.Blocks(message)
        .Any(static b => Conversation.TypeOf(b) == "tool_use" || Conversation.IsServerUse(b) || ThinkingSeal.IsThinking(b));

    private static ServiceError? TextFault(JsonElement text, string field)
        => text.ValueEquals(string.Empty) ? ServiceError.Invalid($"{field}: text content blocks must be non-empty")
            : string.IsNullOrWhiteSpace(text.GetString())
            ? ServiceError.Invalid($"{field}: text content blocks must contain non-whitespace text")
            : null;

    private static ServiceError Empty(int index) => ServiceError.Invalid($"messages.{index}: user messages must have non-empty content");
}
