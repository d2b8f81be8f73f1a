using System.Buffers;
using System.Text.Json;

namespace ClaudeBatch.Core.Api;

/// <summary>Takes the credential out of what a call brings: its reply's JSON and headers, and the exceptions of the network.</summary>
internal static class Redaction
{
    /// <summary>Gives a document without the credential; the very same element where it is not in it.</summary>
    public static JsonElement Redact(this ServiceCredential credential, JsonElement json)
    {
        string raw = json.GetRawText();
        // With an escape in it, the text may hold the credential in a form of its own.
        if (!raw.Contains('\\') && credential.WithoutSecret(raw) == raw)
        {
            return json;
        }

        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            Write(writer, json, credential);
        }

        Utf8JsonReader reader = new(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>Gives an exception whose text, with those of its causes, is without the credential; the very same where it is.</summary>
    public static Exception Redact(this ServiceCredential credential, Exception cause)
    {
        string text = cause.ToString();
        return credential.WithoutSecret(text) == text
            ? cause
            : new HttpRequestException(credential.WithoutSecret(cause.GetBaseException().Message));
    }

    // A text with half a character in it is no text; what it stands for may be one that nobody looks at.
    private static string Read(Func<string> text)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException)
        {
            return "(unreadable)";
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json, ServiceCredential credential)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    writer.WritePropertyName(Read(() => property.Name));
                    Write(writer, property.Value, credential);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in json.EnumerateArray())
                {
                    Write(writer, item, credential);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(credential.WithoutSecret(Read(() => json.GetString()!)));
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }
}
