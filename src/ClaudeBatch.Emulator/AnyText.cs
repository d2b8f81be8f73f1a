using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Texts of JSON that need not be Unicode: half of a surrogate pair is as real in an answer as any character. System.Text.Json throws when it
/// reads one, and writes U+FFFD in its place.
/// </summary>
internal static class AnyText
{
    public static string Read(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Unescape(text.GetRawText().AsSpan()[1..^1]);
        }
    }

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string text)
    {
        writer.WritePropertyName(name);
        if (HasHalfPair(text))
        {
            writer.WriteRawValue(Escape(text), skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    private static bool HasHalfPair(string text)
    {
        ReadOnlySpan<char> left = text;
        while (!left.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(left, out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                return true;
            }

            left = left[length..];
        }

        return false;
    }

    private static string Escape(string text)
    {
        StringBuilder json = new("\"");
        foreach (char c in text)
        {
            _ = c is '"' or '\\' or < ' ' || char.IsSurrogate(c)
                ? json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                : json.Append(c);
        }

        return json.Append('"').ToString();
    }

    private static string Unescape(ReadOnlySpan<char> json)
    {
        StringBuilder text = new();
        for (int i = 0; i < json.Length; i++)
        {
            if (json[i] != '\\')
            {
                text.Append(json[i]);
                continue;
            }

            i++;
            if (json[i] == 'u')
            {
                text.Append((char)ushort.Parse(json.Slice(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            text.Append(json[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
        }

        return text.ToString();
    }
}
