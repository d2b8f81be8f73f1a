using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>An HTTP reply of the emulated service, which a front sends.</summary>
public sealed class EmulatedReply
{
    public required int Status { get; init; }

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public string ContentType { get; init; } = "application/json";

    /// <summary>Whether there is no reply at all: the front breaks the connection.</summary>
    public bool IsLost { get; init; }

    /// <summary>The body, which the front disposes.</summary>
    public required Stream Body { get; init; }

    /// <summary>Tells whether an exception is that of a value of another kind than the emulator has looked for.</summary>
    internal static bool IsOfOddJson(Exception exception) => exception is JsonException or FormatException or KeyNotFoundException
        or ArgumentException or IndexOutOfRangeException or OverflowException
        or (InvalidOperationException and not ObjectDisposedException);

    internal static EmulatedReply Json(byte[] body, int status = 200)
        => new() { Status = status, Body = new MemoryStream(body, writable: false) };

    internal static EmulatedReply Lost { get; } = new() { Status = 0, IsLost = true, Body = Stream.Null };

    /// <summary>Makes a reply that is not the service's own: an HTML page, such as a proxy sends.</summary>
    internal static EmulatedReply Page(int status) => new()
    {
        Status = status,
        ContentType = "text/html",
        Body = new MemoryStream(Encoding.UTF8.GetBytes($"<html><h1>{status.ToString(CultureInfo.InvariantCulture)}</h1></html>")),
    };

    internal static EmulatedReply Of(ServiceError error, string requestId)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            Write(writer, error, requestId);
        }

        EmulatedReply reply = error.Status == 413
            ? Page(413)
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

    private static void Write(Utf8JsonWriter writer, ServiceError error, string requestId)
    {
        writer.WriteStartObject();
        if (error.GoogleStatus is not null)
        {
            writer.WriteStartObject("error"u8);
            writer.WriteNumber("code"u8, error.Status);
            writer.WriteString("message"u8, error.Message);
            writer.WriteString("status"u8, error.GoogleStatus);
            writer.WriteEndObject();
            writer.WriteEndObject();
            return;
        }

        writer.WriteString("type"u8, "error"u8);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, error.Type);
        writer.WriteString("message"u8, error.Message);
        if (error.Code is not null)
        {
            writer.WriteStartObject("details"u8);
            writer.WriteString("error_code"u8, error.Code);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteString("request_id"u8, requestId);
        writer.WriteEndObject();
    }

    /// <summary>The refusal that a fault of the plan says: a page, or the service's error, which is thrown.</summary>
    /// <exception cref="ServiceError">The fault has the service's own error.</exception>
    internal static EmulatedReply Refusal(EmulatorFault fault)
    {
        if (fault.ErrorBody)
        {
            throw new ServiceError(fault.Status, TypeOf(fault.Status), $"The emulator's plan refuses with {fault.Status}.")
            {
                RetryAfter = fault.RetryAfter,
                Code = fault.Code,
            };
        }

        EmulatedReply page = Page(fault.Status);
        if (fault.RetryAfter is { } seconds)
        {
            page.Headers["retry-after"] = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return page;
    }

    private static string TypeOf(int status) => status switch
    {
        400 => "invalid_request_error",
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        409 => "conflict_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
}
