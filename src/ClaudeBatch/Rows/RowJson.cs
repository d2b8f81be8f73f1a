using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>The JSON of a row's members, from which objects with some of them, or with all in another order, are put together.</summary>
internal sealed class RowJson : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    private readonly ArrayBufferWriter<byte> _joined = new(1024);

    private readonly List<Range> _places = [];

    private readonly Utf8JsonWriter _writer;

    public RowJson() => _writer = new Utf8JsonWriter(_buffer, JsonText.Options);

    /// <summary>The object with all members in the order in which they were written.</summary>
    public ReadOnlyMemory<byte> Whole => _buffer.WrittenMemory;

    /// <summary>Writes members: cells as they stand, or by their value.</summary>
    /// <exception cref="ClaudeBatchException"><c>TextInvalid</c>, <c>ValueTooDeep</c>: a member cannot be written; the message names
    /// it.</exception>
    [MethodImpl(Hot.AtOnce)]
    public void Write(RowHeading heading, List<object?> values, bool isByValue)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        _places.Clear();
        _writer.WriteStartObject();
        for (int i = 0; i < values.Count; i++)
        {
            int start = Position + (i > 0 ? 1 : 0); // a comma stands before all but the first
            Write(heading, i, values[i], isByValue);
            _places.Add(start..Position);
        }

        _writer.WriteEndObject();
        _writer.Flush();
    }

    /// <summary>Gives the object with the members at these places. It is valid until the next call.</summary>
    [MethodImpl(Hot.AtOnce)]
    public ReadOnlyMemory<byte> Of(ReadOnlySpan<int> places)
    {
        _joined.ResetWrittenCount();
        _joined.Write("{"u8);
        for (int i = 0; i < places.Length; i++)
        {
            if (i > 0)
            {
                _joined.Write(","u8);
            }

            _joined.Write(_buffer.WrittenSpan[_places[places[i]]]);
        }

        _joined.Write("}"u8);
        return _joined.WrittenMemory;
    }

    public void Dispose() => _writer.Dispose();

    private int Position => (int)(_writer.BytesCommitted + _writer.BytesPending);

    [MethodImpl(Hot.AtOnce)]
    private void Write(RowHeading heading, int place, object? value, bool isByValue)
    {
        try
        {
            if (heading.Encoded(place) is { } name)
            {
                _writer.WritePropertyName(name);
            }
            else
            {
                JsonText.WriteName(_writer, heading.Names[place]); // says what is wrong with it
            }

            if (isByValue)
            {
                JsonText.WriteCanonical(_writer, value);
            }
            else
            {
                JsonText.WriteCell(_writer, value);
            }
        }
        catch (ClaudeBatchException fault)
        {
            throw new ClaudeBatchException(fault.Kind, fault.Id, $"Column '{heading.Names[place]}': {fault.Message}", fault)
            {
                Target = value,
            };
        }
    }
}
