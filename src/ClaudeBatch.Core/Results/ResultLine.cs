using System.Text.Json;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>What the books need of one line of results, scanned in a single pass. The line itself stays in the file.</summary>
public sealed record ResultLine
{
    public required string CustomId { get; init; }

    /// <summary>One of <see cref="Outcome"/>.</summary>
    public required string Status { get; init; }

    public string? ErrorType { get; init; }

    public string? ErrorMessage { get; init; }

    public string? ErrorRequestId { get; init; }

    public string? StopReason { get; init; }

    public string? Model { get; init; }

    public TokenUsage Usage { get; init; }

    public string FailureClass => Results.FailureClass.Of(Status, ErrorType, ErrorMessage);

    /// <summary>Scans a line; null when it is not a result that can be read.</summary>
    public static ResultLine? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader reader = new(line);
            ResultLine? parsed = Scan(ref reader);
            return parsed is not null && !reader.Read() ? parsed : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // Torn, not UTF-8, or of another shape: the request it was for is counted as missing, the line as a problem.
            return null;
        }
    }

    private static ResultLine? Scan(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        string? id = null;
        ResultLine? result = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("custom_id"u8))
            {
                reader.Read();
                id = reader.GetString();
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                reader.Read();
                result = ScanResult(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return id is null || result is null ? null : result with { CustomId = id };
    }

    private static ResultLine? ScanResult(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        ResultLine line = new() { CustomId = string.Empty, Status = Outcome.Unknown };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                line = line with { Status = StatusOf(ref reader) };
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                line = ScanMessage(ref reader, line);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                line = ScanError(ref reader, line);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return line;
    }

    private static string StatusOf(ref Utf8JsonReader reader)
        => reader.ValueTextEquals("succeeded"u8) ? Outcome.Succeeded
            : reader.ValueTextEquals("errored"u8) ? Outcome.Errored
            : reader.ValueTextEquals("canceled"u8) ? Outcome.Canceled
            : reader.ValueTextEquals("expired"u8) ? Outcome.Expired
            : Outcome.Unknown;

    private static ResultLine ScanMessage(ref Utf8JsonReader reader, ResultLine line)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return line;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                line = line with { Model = reader.GetString() };
            }
            else if (reader.ValueTextEquals("stop_reason"u8))
            {
                reader.Read();
                line = line with { StopReason = reader.GetString() };
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                line = line with { Usage = UsageScan.Read(ref reader) };
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return line;
    }

    // The error is nested twice: result.error is the whole envelope, result.error.error says what happened.
    private static ResultLine ScanError(ref Utf8JsonReader reader, ResultLine line)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return line;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                line = ScanErrorBody(ref reader, line);
            }
            else if (reader.ValueTextEquals("request_id"u8))
            {
                reader.Read();
                line = line with { ErrorRequestId = reader.GetString() };
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return line;
    }

    private static ResultLine ScanErrorBody(ref Utf8JsonReader reader, ResultLine line)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return line;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isMessage = reader.ValueTextEquals("message"u8);
            reader.Read();
            if (isType)
            {
                line = line with { ErrorType = reader.GetString() };
            }
            else if (isMessage)
            {
                line = line with { ErrorMessage = reader.GetString() };
            }
            else
            {
                reader.Skip();
            }
        }

        return line;
    }
}
