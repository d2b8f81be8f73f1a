using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>An HTTP reply for either front to send.</summary>
public sealed class EmulatedReply
{
    public required int Status { get; init; }

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public string ContentType { get; init; } = "application/json";

    /// <summary>The body, to be disposed by the front.</summary>
    public required Stream Body { get; init; }

    internal static EmulatedReply Json(byte[] body, int status = 200) => new() { Status = status, Body = new MemoryStream(body, writable: false) };

    internal static EmulatedReply Of(ServiceError error, string requestId)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "error"u8);
            writer.WriteStartObject("error"u8);
            writer.WriteString("type"u8, error.Type);
            writer.WriteString("message"u8, error.Message);
            writer.WriteEndObject();
            writer.WriteString("request_id"u8, requestId);
            writer.WriteEndObject();
        }

        EmulatedReply reply = error.Status == 413
            ? new EmulatedReply { Status = 413, ContentType = "text/html", Body = new MemoryStream("<html><h1>413 Payload Too Large</h1></html>"u8.ToArray()) }
            : Json(stream.ToArray(), error.Status);
        if (error.ShouldRetry is { } should)
        {
            reply.Headers["x-should-retry"] = should ? "true" : "false";
        }

        if (error.RetryAfter is { } seconds)
        {
            reply.Headers["retry-after"] = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return reply;
    }
}
