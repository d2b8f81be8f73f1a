using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>What the books need of one line of results, scanned in a single pass. The line itself stays in the file.</summary>
public sealed class ResultLine
{
    private byte[] _id = new byte[64];

    private int _idLength;

    public string CustomId => Encoding.UTF8.GetString(CustomIdBytes);

    /// <summary>The id in UTF-8, until the next line is read.</summary>
    public ReadOnlySpan<byte> CustomIdBytes => _id.AsSpan(0, _idLength);

    /// <summary>One of <see cref="Outcome"/>.</summary>
    public string Status { get; private set; } = Outcome.Unknown;

    // The same words stand on nearly every line of a batch.
    private string? _lastModel;

    private string? _lastStopReason;

    public string? ErrorType { get; private set; }

    public string? ErrorMessage { get; private set; }

    public string? ErrorRequestId { get; private set; }

    public string? StopReason { get; private set; }

    public string? Model { get; private set; }

    public TokenUsage Usage { get; private set; }

    public string FailureClass => Results.FailureClass.Of(Status, ErrorType, ErrorMessage);

    /// <summary>Scans a line; null when it is not a result that can be read.</summary>
    public static ResultLine? Parse(ReadOnlySpan<byte> line)
    {
        ResultLine parsed = new();
        return parsed.TryRead(line) ? parsed : null;
    }

    /// <summary>Takes the place of the line before: of a hundred thousand only what the books need is kept.</summary>
    /// <returns>False when it is not a result that can be read.</returns>
    internal bool TryRead(ReadOnlySpan<byte> line)
    {
        Status = Outcome.Unknown;
        ErrorType = ErrorMessage = ErrorRequestId = StopReason = Model = null;
        Usage = default;
        try
        {
            Utf8JsonReader reader = new(line);
            return Scan(ref reader) && !reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // Torn, not UTF-8, or of another shape: the request it was for is counted as missing, the line as a problem.
            return false;
        }
    }

    private bool Scan(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        bool hasId = false;
        bool hasResult = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("custom_id"u8))
            {
                reader.Read();
                hasId = ScanId(ref reader);
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                reader.Read();
                hasResult = ScanResult(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return hasId && hasResult;
    }

    private bool ScanId(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        if (reader.ValueSpan.Length > _id.Length)
        {
            _id = new byte[reader.ValueSpan.Length];
        }

        _idLength = reader.CopyString(_id);
        return true;
    }

    private bool ScanResult(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                Status = StatusOf(ref reader);
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                ScanMessage(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                ScanError(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return true;
    }

    private static string StatusOf(ref Utf8JsonReader reader)
        => reader.ValueTextEquals("succeeded"u8) ? Outcome.Succeeded
            : reader.ValueTextEquals("errored"u8) ? Outcome.Errored
            : reader.ValueTextEquals("canceled"u8) ? Outcome.Canceled
            : reader.ValueTextEquals("expired"u8) ? Outcome.Expired
            : Outcome.Unknown;

    private void ScanMessage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                Model = Repeated(ref reader, ref _lastModel);
            }
            else if (reader.ValueTextEquals("stop_reason"u8))
            {
                reader.Read();
                StopReason = Repeated(ref reader, ref _lastStopReason);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                Usage = UsageScan.Read(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    // The error is nested twice: result.error is the whole envelope, result.error.error says what happened.
    private void ScanError(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                ScanErrorBody(ref reader);
            }
            else if (reader.ValueTextEquals("request_id"u8))
            {
                reader.Read();
                ErrorRequestId = reader.GetString();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void ScanErrorBody(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isMessage = reader.ValueTextEquals("message"u8);
            reader.Read();
            if (isType)
            {
                ErrorType = reader.GetString();
            }
            else if (isMessage)
            {
                ErrorMessage = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static string? Repeated(ref Utf8JsonReader reader, ref string? last)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (last is null || !reader.ValueTextEquals(last))
        {
            last = reader.GetString();
        }

        return last;
    }
}
