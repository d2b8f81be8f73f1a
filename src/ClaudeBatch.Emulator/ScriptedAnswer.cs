using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>An answer that somebody gives in the model's place: a text, or content blocks as the service's API has them.</summary>
public sealed record ScriptedAnswer
{
    private ScriptedAnswer()
    {
    }

    internal string? Text { get; private init; }

    /// <summary>The content blocks as a JSON array; null for a text.</summary>
    internal string? Content { get; private init; }

    /// <summary>The <c>stop_reason</c>; null for what the blocks lead to.</summary>
    internal string? StopReason { get; private init; }

    /// <summary>Makes an answer of a text. Where a tool is forced, it is what is passed to the tool, if it is a JSON object.</summary>
    public static ScriptedAnswer OfText(string text) => new() { Text = text };

    /// <summary>
    /// Makes an answer of content blocks. Ids of calls and signatures of thinking blocks may be left out: the emulator adds its own.
    /// </summary>
    /// <param name="content">The blocks, as a JSON array.</param>
    /// <param name="stopReason">The <c>stop_reason</c>; null for <c>tool_use</c> where a tool of the user is called, else <c>end_turn</c>.</param>
    /// <exception cref="ArgumentException">It is no array of objects that have a type each.</exception>
    public static ScriptedAnswer OfContent(string content, string? stopReason = null)
    {
        using JsonDocument blocks = JsonDocument.Parse(content);
        return blocks.RootElement.ValueKind == JsonValueKind.Array
            && blocks.RootElement.EnumerateArray().All(static b => Conversation.TypeOf(b) is not null)
            ? new ScriptedAnswer { Content = content, StopReason = stopReason }
            : throw new ArgumentException("The content of an answer is a list of blocks, each with its 'type': text, tool_use and so on.");
    }

    /// <summary>Reads a line of a file of answers.</summary>
    internal static ScriptedAnswer From(JsonElement line) => line.TryGetProperty("content", out JsonElement content)
        ? OfContent(content.GetRawText(), Conversation.Text(line, "stop_reason"))
        : OfText(AnyText.Read(line.GetProperty("text")));

    internal string Line(string customId)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter writer = new(line, EmulatorJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("custom_id"u8, customId);
            if (Content is null)
            {
                AnyText.Write(writer, "text"u8, Text!);
            }
            else
            {
                using JsonDocument blocks = JsonDocument.Parse(Content);
                writer.WritePropertyName("content"u8);
                blocks.RootElement.WriteTo(writer); // a line has no line breaks
                if (StopReason is not null)
                {
                    writer.WriteString("stop_reason"u8, StopReason);
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.ToArray());
    }
}
