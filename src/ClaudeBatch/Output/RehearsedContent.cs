using System.Text;
using System.Text.Json;
using ClaudeBatch.Emulator;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>What a script block or a table gives as the answer to a request: a text, calls of tools, or content blocks.</summary>
internal static class RehearsedContent
{
    private const string ToolUse = "ToolUse";

    private const string Content = "Content";

    /// <exception cref="ArgumentException">The calls or the blocks are none; the message says what they are.</exception>
    public static ScriptedAnswer? AnswerOf(object? value)
    {
        if (ForeignValue.Bare(value) is not { } bare)
        {
            return null;
        }

        if (ScalarText.Of(bare) is { } text)
        {
            return ScriptedAnswer.OfText(text);
        }

        byte[] json = JsonText.Write(value);
        using JsonDocument document = JsonDocument.Parse(json);
        return Has(document.RootElement, ToolUse, "Text") ? Calls(document.RootElement)
            : Has(document.RootElement, Content, "StopReason") && Field(document.RootElement, Content)?.ValueKind == JsonValueKind.Array
            ? ScriptedAnswer.OfContent(Field(document.RootElement, Content)!.Value.GetRawText(), Text(document.RootElement, "StopReason"))
            : ScriptedAnswer.OfText(Encoding.UTF8.GetString(json));
    }

    // Whatever has more than these fields is an answer in JSON.
    private static bool Has(JsonElement value, string name, string beside)
        => value.ValueKind == JsonValueKind.Object && Field(value, name) is not null
            && value.EnumerateObject().All(f => Is(f.Name, name) || Is(f.Name, beside));

    private static ScriptedAnswer Calls(JsonElement answer)
    {
        JsonElement given = Field(answer, ToolUse)!.Value;
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, JsonText.Options))
        {
            writer.WriteStartArray();
            if (Text(answer, "Text") is { } text)
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, text);
                writer.WriteEndObject();
            }

            foreach (JsonElement call in given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray()] : new[] { given })
            {
                Write(writer, call);
            }

            writer.WriteEndArray();
        }

        return ScriptedAnswer.OfContent(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void Write(Utf8JsonWriter writer, JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object || Text(call, "Name") is not { } name
            || !call.EnumerateObject().All(static f => Is(f.Name, "Name") || Is(f.Name, "Input") || Is(f.Name, "Id")))
        {
            throw new ArgumentException("A ToolUse is @{ Name = 'Get-Order'; Input = @{ Number = 7 } }, or several of these.");
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "tool_use"u8);
        if (Text(call, "Id") is { } id)
        {
            writer.WriteString("id"u8, id);
        }

        writer.WriteString("name"u8, name);
        if (Field(call, "Input") is { } input)
        {
            writer.WritePropertyName("input"u8);
            input.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static JsonElement? Field(JsonElement of, string name)
        => of.EnumerateObject().Where(f => Is(f.Name, name)).Select(static f => (JsonElement?)f.Value).FirstOrDefault();

    private static string? Text(JsonElement of, string name)
        => Field(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static bool Is(string given, string name) => string.Equals(given, name, StringComparison.OrdinalIgnoreCase);
}
