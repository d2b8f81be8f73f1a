using System.Management.Automation;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch;

/// <summary>
/// A request: an id, the exact JSON that will be sent, and the row it was made from. Strings and views are made when looked at.
/// </summary>
public sealed class BatchRequest
{
    private string? _customId;

    private string? _model;

    private int _maxTokens;

    private object? _params;

    private object? _source;

    // What was set from outside may no longer say what the bytes say.
    private bool _wasSet;

    public string? CustomId
    {
        get => _customId;
        set => Set(ref _customId, value);
    }

    public string? Model
    {
        get => _model;
        set => Set(ref _model, value);
    }

    public int MaxTokens
    {
        get => _maxTokens;
        set => Set(ref _maxTokens, value);
    }

    /// <summary>The params as objects of the shell.</summary>
    public object? Params
    {
        get => _params ??= !Utf8.IsEmpty && ObjectView.Parse(Utf8.Span) is PSObject item ? item.Properties["params"]?.Value : null;
        set => Set(ref _params, value);
    }

    /// <summary>The exact JSON that will be sent.</summary>
    public string? Raw
    {
        get => Encoding.UTF8.GetString(Utf8.Span);
        set
        {
            Utf8 = Encoding.UTF8.GetBytes(value ?? string.Empty);
            _wasSet = true;
        }
    }

    public long SizeInBytes
    {
        get => Utf8.Length;
        set => _ = value; // the size follows from the bytes; set only when an exported object is read back
    }

    /// <summary>The row it was made from, as it will come back with the answer.</summary>
    public object? Source
    {
        get => _source ??= SourceUtf8.IsEmpty ? null : ObjectView.Parse(SourceUtf8.Span);
        set
        {
            SourceUtf8 = SourceBytes(value);
            _source = null;
        }
    }

    /// <summary>Why the request was never sent, where a job refused it.</summary>
    public string? Refusal { get; set; }

    internal ReadOnlyMemory<byte> Utf8 { get; private set; }

    internal ReadOnlyMemory<byte> SourceUtf8 { get; private set; }

    public override string ToString() => CustomId ?? string.Empty;

    internal static BatchRequest From(PreparedRequest request, ReadOnlyMemory<byte> source) => new()
    {
        _customId = request.CustomId,
        _model = request.Model,
        _maxTokens = request.MaxTokens,
        Utf8 = request.Utf8,
        SourceUtf8 = source,
    };

    /// <summary>A request as the ledger keeps it.</summary>
    internal static BatchRequest From(SentRequest sent)
    {
        PreparedRequest prepared = sent.Utf8.Length == 0
            ? new PreparedRequest(sent.CustomId, default, string.Empty, 0)
            : RequestLine.Parse(sent.Utf8, $"The request '{sent.CustomId}'");
        BatchRequest request = From(prepared, sent.Source);
        request.Refusal = sent.Refusal;
        return request;
    }

    /// <summary>A request from the pipeline: ours, or one that came back from Clixml or a job.</summary>
    /// <exception cref="ClaudeBatchException"><c>RequestInvalid</c>.</exception>
    internal static BatchRequest From(object? value)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (bare is BatchRequest request)
        {
            return request._wasSet || request._params is not null ? request.Checked() : request;
        }

        if (value is PSObject item && item.TypeNames.Any(static t => t.EndsWith("ClaudeBatch.BatchRequest", StringComparison.Ordinal))
            && item.Properties["Raw"]?.Value is string raw)
        {
            PreparedRequest prepared = RequestLine.Parse(Encoding.UTF8.GetBytes(raw), "The request");
            return From(prepared, SourceBytes(item.Properties["Source"]?.Value));
        }

        throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "RequestInvalid",
            $"'{value ?? "null"}' is not a request. Make requests from rows with New-ClaudeBatchRequest, or read them with "
                + $"Import-ClaudeBatchRequest.")
        { Target = value };
    }

    private static ReadOnlyMemory<byte> SourceBytes(object? row)
    {
        if (row is null)
        {
            return default;
        }

        using SourceWriter writer = new(wanted: null, named: []);
        return writer.Write(new ShellRow(row, number: 1));
    }

    // The bytes are what is sent and what the job remembers; a property that says otherwise would be a lie.
    private BatchRequest Checked()
    {
        PreparedRequest prepared = RequestLine.Parse(Utf8, $"The request '{CustomId}'");
        bool viewChanged = _params is not null
            && !JsonText.Write(_params).AsSpan().SequenceEqual(JsonText.Write(From(prepared, source: default).Params));
        return prepared.CustomId == CustomId && prepared.Model == (Model ?? string.Empty) && prepared.MaxTokens == MaxTokens && !viewChanged
            ? this
            : throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "RequestChanged",
                $"A property of request '{CustomId}' was changed and its bytes were not: they still are request '{prepared.CustomId}'. "
                + "Change Raw, or make the request anew with New-ClaudeBatchRequest.")
            { Target = this };
    }

    private void Set<T>(ref T field, T value)
    {
        field = value;
        _wasSet = true;
    }
}
