using System.Buffers;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>
/// Writes the copy of a row that is kept beside its request. It is a flat JSON object: single values are written as they are, and any other
/// value as text that does not depend on the culture.
/// </summary>
internal sealed class SourceWriter : IDisposable
{
    /// <summary>The most bytes that the copy of a row may have.</summary>
    public const int LongestRow = 64 * 1024;

    private readonly WildcardPattern[]? _wanted;

    private readonly HashSet<string> _named;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    private readonly Utf8JsonWriter _writer;

    /// <param name="wanted">Wildcards of the properties to keep; null to keep all of a record, and <paramref name="named"/> of any other
    /// object.</param>
    /// <param name="named">The names of the properties that the templates use.</param>
    public SourceWriter(string[]? wanted, IEnumerable<string> named)
    {
        _wanted = wanted is null
            ? null
            : [.. wanted.Select(static w => WildcardPattern.Get(w, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant))];
        _named = new HashSet<string>(named, StringComparer.OrdinalIgnoreCase);
        _writer = new Utf8JsonWriter(_buffer, JsonText.Options);
    }

    /// <summary>Writes the copy of a row; empty when no property is to be kept.</summary>
    /// <exception cref="ClaudeBatchException"><c>SourceTooLarge</c>: the copy has more than <see cref="LongestRow"/> bytes.</exception>
    public ReadOnlyMemory<byte> Write(ShellRow row)
    {
        if (_wanted is { Length: 0 })
        {
            return default;
        }

        Serialise(Chosen(row));
        if (_buffer.WrittenCount > LongestRow)
        {
            throw new ClaudeBatchException(
                FailureKind.TooLarge,
                "SourceTooLarge",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Row {row.Number} has {_buffer.WrittenCount} bytes; at most {LongestRow} are kept beside a request. "
                        + $"Choose what to keep with -SourceProperty."));
        }

        return _buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Gives bytes that tell a row from other rows, whichever of its properties are kept: all data of a record; of any other object, its
    /// text and the properties that the templates use.
    /// </summary>
    public ReadOnlySpan<byte> Identity(ShellRow row)
    {
        Serialise(row.IsRecord || row.IsText
            ? row.Members()
            : row.Members().Where(m => _named.Contains(m.Name)).Prepend(("_", row.TryGetText("_", out string text) ? text : null)));
        return _buffer.WrittenSpan;
    }

    public void Dispose() => _writer.Dispose();

    private void Serialise(IEnumerable<(string Name, object? Value)> members)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        _writer.WriteStartObject();
        HashSet<string>? written = null;
        foreach ((string name, object? value) in members)
        {
            if ((written ??= new HashSet<string>(StringComparer.OrdinalIgnoreCase)).Add(name))
            {
                _writer.WritePropertyName(name);
                if (!JsonText.TryWriteScalar(_writer, value))
                {
                    _writer.WriteStringValue(JsonText.Invariant(value));
                }
            }
        }

        _writer.WriteEndObject();
        _writer.Flush();
    }

    private IEnumerable<(string Name, object? Value)> Chosen(ShellRow row)
    {
        if (_wanted is not null)
        {
            return row.Members().Where(m => _wanted.Any(w => w.IsMatch(m.Name)));
        }

        return row.IsRecord || row.IsText ? row.Members() : row.Members().Where(m => _named.Contains(m.Name));
    }
}
