using System.Management.Automation;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>A request: an id, the exact JSON that will be sent, and the row it was made from. Strings and views are made when looked at.</summary>
public sealed class BatchRequest
{
    private object? _params;

    private object? _source;

    public string? CustomId { get; set; }

    public string? Model { get; set; }

    public int MaxTokens { get; set; }

    /// <summary>The params as objects of the shell.</summary>
    public object? Params
    {
        get => _params ??= ObjectView.Parse(Utf8.Span) is PSObject item ? item.Properties["params"]?.Value : null;
        set => _params = value;
    }

    /// <summary>The exact JSON that will be sent.</summary>
    public string? Raw
    {
        get => Encoding.UTF8.GetString(Utf8.Span);
        set => Utf8 = Encoding.UTF8.GetBytes(value ?? string.Empty);
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
        set => _source = value;
    }

    internal ReadOnlyMemory<byte> Utf8 { get; private set; }

    internal ReadOnlyMemory<byte> SourceUtf8 { get; private set; }

    public override string ToString() => CustomId ?? string.Empty;

    internal static BatchRequest From(PreparedRequest request, ReadOnlyMemory<byte> source) => new()
    {
        CustomId = request.CustomId,
        Model = request.Model,
        MaxTokens = request.MaxTokens,
        Utf8 = request.Utf8,
        SourceUtf8 = source,
    };

    /// <summary>A request from the pipeline: ours, or one that came back from Clixml or a job.</summary>
    /// <exception cref="ClaudeBatchException"><c>RequestInvalid</c>.</exception>
    internal static BatchRequest From(object? value)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (bare is BatchRequest request)
        {
            return request;
        }

        if (value is PSObject item && item.TypeNames.Any(static t => t.EndsWith("ClaudeBatch.BatchRequest", StringComparison.Ordinal))
            && item.Properties["Raw"]?.Value is string raw)
        {
            PreparedRequest prepared = RequestLine.Parse(Encoding.UTF8.GetBytes(raw), "The request");
            byte[] source = item.Properties["Source"]?.Value is { } row ? JsonText.Write(row) : [];
            return From(prepared, source);
        }

        throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "RequestInvalid",
            $"'{value ?? "null"}' is not a request. Make requests from rows with New-ClaudeBatchRequest, or read them with Import-ClaudeBatchRequest.")
        { Target = value };
    }
}
