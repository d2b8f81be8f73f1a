using System.Management.Automation;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch;

/// <summary>
/// A request: its id, the exact JSON that is sent, and the row it was made from. Strings and objects are made from the bytes on first use,
/// because most requests only pass through the pipeline.
/// </summary>
public sealed class BatchRequest
{
    private string? _customId;

    private string? _model;

    private int _maxTokens;

    private object? _params;

    private object? _source;

    private string[]? _upload;

    private string? _earlierId;

    private ReadOnlyMemory<byte> _earlierIdentity;

    // A property was set from outside, so that it may differ from the bytes.
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

    /// <summary>The params as PowerShell objects.</summary>
    public object? Params
    {
        get => _params ??= !Utf8.IsEmpty && ObjectView.Parse(Utf8.Span) is PSObject item ? item.Properties["params"]?.Value : null;
        set => Set(ref _params, value);
    }

    /// <summary>
    /// The exact JSON that is sent. Where files are uploaded, a placeholder of each stands in it until the request is submitted, in the place of
    /// the id that the service gives.
    /// </summary>
    public string? Raw
    {
        get => Encoding.UTF8.GetString(Utf8.Span);
        set
        {
            Utf8 = Encoding.UTF8.GetBytes(value ?? string.Empty);
            OutputSchemaUtf8 = default; // the schema in it may be another one now
            Digest = null;
            Uploads = Uploads is null ? null : RequestUploads.In(Utf8.Span, Uploads);
            _wasSet = true;
        }
    }

    public long SizeInBytes
    {
        get => Utf8.Length;
        set => _ = value; // PowerShell sets it when it reads an exported object back; the size is that of the bytes
    }

    /// <summary>The row that the request was made from, as the result will have it.</summary>
    public object? Source
    {
        get => _source ??= SourceUtf8.IsEmpty ? null : ObjectView.Parse(SourceUtf8.Span);
        set
        {
            SourceUtf8 = SourceBytes(value);
            _source = null;
        }
    }

    /// <summary>
    /// The schema of -OutputSchema as it was given, as JSON; the answer is judged by it. Null where there is none. The one in the request
    /// is as the service takes it.
    /// </summary>
    public string? OutputSchema
    {
        get => OutputSchemaUtf8.IsEmpty ? null : Encoding.UTF8.GetString(OutputSchemaUtf8.Span);
        set => OutputSchemaUtf8 = Encoding.UTF8.GetBytes(value ?? string.Empty);
    }

    /// <summary>The full paths of the files that are uploaded before the request is sent; null where there are none.</summary>
    public string[]? Upload
    {
        get => _upload ??= Uploads?.Select(static f => f.Path).ToArray();
        set => _upload = value; // PowerShell sets it when it reads an exported object back
    }

    /// <summary>Which variant of its row it is; null where the row is asked in one way.</summary>
    public string? Variant { get; set; }

    /// <summary>Why the job refused the request and never sent it; null for all others.</summary>
    public string? Refusal { get; set; }

    /// <summary>
    /// The id that earlier versions made from the row, without the number that equal rows get; null where today's is the same, or where the
    /// id was given. A job that has ids of that rule goes on with them.
    /// </summary>
    public string? EarlierId
    {
        get => _earlierId ??= _earlierIdentity.IsEmpty ? null : Core.Requests.CustomId.FromContent(_earlierIdentity.Span);
        set => _earlierId = value;
    }

    internal ReadOnlyMemory<byte> Utf8 { get; private set; }

    internal ReadOnlyMemory<byte> SourceUtf8 { get; private set; }

    internal ReadOnlyMemory<byte> OutputSchemaUtf8 { get; private set; }

    /// <summary>The files that the bytes name by placeholders; null where there are none.</summary>
    internal IReadOnlyList<FileToUpload>? Uploads { get; private set; }

    /// <summary>What goes with the prompt, as far as that is known; null for nothing.</summary>
    internal IReadOnlyList<Attachment>? Attachments { get; private set; }

    /// <summary>The digest of the bytes, where somebody has made it for them.</summary>
    internal ContentDigest? Digest { get; private set; }

    public override string ToString() => CustomId ?? string.Empty;

    /// <summary>Makes the digest of the bytes, on the thread of whoever has the time.</summary>
    internal BatchRequest WithDigest()
    {
        Digest = ContentDigest.Of(Utf8.Span);
        return this;
    }

    /// <param name="request">The request.</param>
    /// <param name="source">The row as a JSON object; empty where there is none.</param>
    /// <param name="earlierIdentity">What <see cref="EarlierId"/> is made from; empty where there is none.</param>
    internal static BatchRequest From(
        PreparedRequest request, ReadOnlyMemory<byte> source, ReadOnlyMemory<byte> earlierIdentity = default) => new()
        {
            _earlierIdentity = earlierIdentity,
            _customId = request.CustomId,
            _model = request.Model,
            _maxTokens = request.MaxTokens,
            Utf8 = request.Utf8,
            SourceUtf8 = source,
            OutputSchemaUtf8 = request.OutputSchema,
            Attachments = request.Attachments,
            Uploads = request.Uploads,
        };

    /// <summary>Makes the object for a request that the ledger has stored.</summary>
    internal static BatchRequest From(SentRequest sent)
    {
        PreparedRequest prepared = sent.Utf8.Length == 0
            ? new PreparedRequest(sent.CustomId, default, string.Empty, 0)
            : RequestLine.Parse(sent.Utf8, $"The request '{sent.CustomId}'");
        BatchRequest request = From(prepared, sent.Source);
        (request.Refusal, request.Variant, request.OutputSchemaUtf8) = (sent.Refusal, sent.Variant, sent.OutputSchema);
        return request;
    }

    /// <summary>Returns the request from the pipeline, which may have been deserialized from Clixml or a PowerShell job.</summary>
    /// <exception cref="ClaudeBatchException"><c>RequestInvalid</c>: the value is not a request.</exception>
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
            BatchRequest known = From(prepared, SourceBytes(item.Properties["Source"]?.Value));
            known.OutputSchema = item.Properties["OutputSchema"]?.Value as string;
            known.Variant = item.Properties[nameof(Variant)]?.Value as string;
            known.EarlierId = item.Properties[nameof(EarlierId)]?.Value as string;
            known.Uploads = RequestUploads.Of(item.Properties[nameof(Upload)]?.Value, prepared.Utf8.Span);
            return known;
        }

        throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "RequestInvalid",
            "The object is no request. Make requests from rows with New-ClaudeBatchRequest, or read them with Import-ClaudeBatchRequest.")
        { Target = value };
    }

    private static ReadOnlyMemory<byte> SourceBytes(object? row)
    {
        if (row is null)
        {
            return default;
        }

        using RowWriter writer = new(wanted: null, named: []);
        writer.Read(new ShellRow(row, number: 1));
        return writer.Source;
    }

    // The bytes are sent and stored, so a request whose properties differ from its bytes is refused.
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
