using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Writes a block in the JSON that says the same and looks otherwise: spaces, escapes, numbers such as 7.0 and 1e2. Whoever reads it and writes it
/// again writes other bytes. What must be found by its bytes stays as it is: ids, names, signatures.
/// </summary>
internal static class OddJson
{
    private static readonly string[] s_told = ["text", "input", "thinking"];

    public static string Of(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        StringBuilder text = new();
        Write(text, document.RootElement, isTold: false);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement value, bool isTold)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append("{ ");
                foreach (JsonProperty field in value.EnumerateObject())
                {
                    text.Append(text[^1] == ' ' && text[^2] == '{' ? string.Empty : " ,");
                    text.Append(JsonSerializer.Serialize(field.Name, EmulatorJson.Default.String)).Append(" :\t");
                    Write(text, field.Value, isTold || s_told.Contains(field.Name));
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in value.EnumerateArray())
                {
                    text.Append(text[^1] == '[' ? " " : " , ");
                    Write(text, item, isTold);
                }

                text.Append(" ]");
                break;
            case JsonValueKind.String when isTold:
                Write(text, AnyText.Read(value));
                break;
            case JsonValueKind.Number when isTold:
                text.Append(Number(value.GetRawText()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    // The first letter and whatever is not ASCII are escaped; a slash is, too, as it may be.
    private static void Write(StringBuilder text, string words)
    {
        text.Append('"');
        for (int i = 0; i < words.Length; i++)
        {
            _ = i == 0 || words[i] is '"' or '\\' or < ' ' or > '~' ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)words[i]:x4}")
                : words[i] == '/' ? text.Append("\\/")
                : text.Append(words[i]);
        }

        text.Append('"');
    }

    private static string Number(string raw) => !raw.All(char.IsAsciiDigit) ? raw
        : raw.Length > 2 && raw.EndsWith("00", StringComparison.Ordinal) ? $"{raw[..^2]}e2"
        : $"{raw}.0";
}
