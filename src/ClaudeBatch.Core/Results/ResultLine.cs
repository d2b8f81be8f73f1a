using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>What the ledger needs of one result line, read in a single pass. The line itself stays in the file.</summary>
public sealed partial class ResultLine
{
    private byte[] _id = new byte[64];

    private int _idLength;

    // A result that has succeeded without the content of a message is none.
    private bool _hasContent;

    public string CustomId => Encoding.UTF8.GetString(CustomIdBytes);

    /// <summary>The custom id in UTF-8, valid until the next line is read.</summary>
    public ReadOnlySpan<byte> CustomIdBytes => _id.AsSpan(0, _idLength);

    public Outcome Status { get; private set; } = Outcome.Unknown;

    // Nearly every line of a batch has the same model and stop reason, so the strings are used again.
    private string? _lastModel;
    private string? _lastStopReason;

    public string? ErrorType { get; private set; }

    public string? ErrorMessage { get; private set; }

    /// <summary>What to do about the error, where its details say more than its message; null where they do not.</summary>
    public string? ErrorToDo { get; private set; }

    /// <summary>Whether the error's code says that the time of a file was over.</summary>
    internal bool IsFileExpired { get; private set; }

    /// <summary>The service's message and what to do.</summary>
    public string? ErrorReason => ErrorToDo is null ? ErrorMessage
        : string.IsNullOrEmpty(ErrorMessage) ? ErrorToDo
        : $"{Sentence.Of(ErrorMessage)} {ErrorToDo}";

    public string? ErrorRequestId { get; private set; }

    public string? StopReason { get; private set; }

    public string? Model { get; private set; }

    public TokenUsage Usage { get; private set; }

    /// <summary>Whether the line says how many tokens the request took. An answer that does not has not cost nothing.</summary>
    public bool HasUsage { get; private set; }

    public FailureClass FailureClass => FailureClasses.Of(Status, ErrorType, ErrorMessage);

    /// <summary>Reads a line; null when it is not a readable result.</summary>
    public static ResultLine? Parse(ReadOnlySpan<byte> line)
    {
        ResultLine parsed = new();
        return parsed.TryRead(line) ? parsed : null;
    }

    /// <summary>Reads a line in place of the one before, so that one object serves all lines of a file.</summary>
    /// <returns>False when it is not a readable result.</returns>
    internal bool TryRead(ReadOnlySpan<byte> line)
    {
        Status = Outcome.Unknown;
        IsFileExpired = false;
        ErrorType = ErrorMessage = ErrorToDo = ErrorRequestId = StopReason = Model = null;
        Usage = default;
        HasUsage = _hasContent = false;
        try
        {
            JsonScanner scanner = new(line);
            return TryScan(ref scanner) && scanner.IsAtEnd() && (Status != Outcome.Succeeded || _hasContent)
                // A type that is not known may be one that was damaged.
                && (Status != Outcome.Unknown || Utf8.IsValid(line));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException)
        {
            // The line is incomplete, not UTF-8, or of another structure. Its request is counted as missing, and the line as a problem.
            return false;
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private bool TryScan(ref JsonScanner scanner)
    {
        bool hasId = false;
        bool hasResult = false;
        if (!scanner.TryEnter())
        {
            return false;
        }

        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("custom_id"u8))
            {
                hasId = scanner.TryText(out ReadOnlySpan<byte> id);
                CopyId(id);
            }
            else if (name.SequenceEqual("result"u8))
            {
                hasResult = TryScanResult(ref scanner);
            }
            else
            {
                scanner.Skip();
            }
        }

        return hasId && hasResult;
    }

    private void CopyId(ReadOnlySpan<byte> id)
    {
        if (id.Length > _id.Length)
        {
            _id = new byte[id.Length];
        }

        id.CopyTo(_id);
        _idLength = id.Length;
    }

    [MethodImpl(Hot.AtOnce)]
    private bool TryScanResult(ref JsonScanner scanner)
    {
        if (!scanner.TryEnter())
        {
            return false;
        }

        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("type"u8))
            {
                Status = StatusOf(ref scanner);
            }
            else if (name.SequenceEqual("message"u8))
            {
                ScanMessage(ref scanner);
            }
            else if (name.SequenceEqual("error"u8))
            {
                ScanError(ref scanner);
            }
            else
            {
                scanner.Skip();
            }
        }

        return true;
    }

    [MethodImpl(Hot.AtOnce)]
    private static Outcome StatusOf(ref JsonScanner scanner) => !scanner.TryText(out ReadOnlySpan<byte> text) ? Outcome.Unknown
        : text.SequenceEqual("succeeded"u8) ? Outcome.Succeeded
        : text.SequenceEqual("errored"u8) ? Outcome.Errored
        : text.SequenceEqual("canceled"u8) ? Outcome.Canceled
        : text.SequenceEqual("expired"u8) ? Outcome.Expired
        : Outcome.Unknown;

    [MethodImpl(Hot.AtOnce)]
    private void ScanMessage(ref JsonScanner scanner)
    {
        if (!scanner.TryEnter())
        {
            return;
        }

        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("model"u8))
            {
                Model = _lastModel = scanner.TextOrNull(_lastModel);
            }
            else if (name.SequenceEqual("stop_reason"u8))
            {
                StopReason = _lastStopReason = scanner.TextOrNull(_lastStopReason);
            }
            else if (name.SequenceEqual("usage"u8))
            {
                (Usage, HasUsage) = UsageScan.Read(ref scanner);
            }
            else if (name.SequenceEqual("content"u8))
            {
                _hasContent = scanner.Value() is [(byte)'[', ..];
            }
            else
            {
                scanner.Skip();
            }
        }
    }
}
