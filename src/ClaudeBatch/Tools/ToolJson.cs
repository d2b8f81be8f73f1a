using System.Buffers;
using System.Collections;
using System.Data;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch.Tools;

/// <summary>
/// Writes the objects that a command has given as JSON for a model. Unlike in requests nothing is refused: what JSON has no form for, and
/// what lies too deep, is its text.
/// </summary>
internal sealed class ToolJson(ToolLimits limits)
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    // What is far beyond the cut is not written at all: objects can be as large as the process, and lists can have no end.
    private readonly long _most = (4L * limits.MaxOutput) + 1_000_000;

    /// <summary>Whether all was written.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Writes one object as it is, and several as an array.</summary>
    public string Write(IReadOnlyList<PSObject?> objects)
    {
        using Utf8JsonWriter writer = new(_buffer, JsonText.Options);
        if (objects is [var only])
        {
            Write(writer, only, 0);
        }
        else
        {
            writer.WriteStartArray();
            foreach (PSObject? one in objects)
            {
                if (IsFull(writer))
                {
                    break;
                }

                Write(writer, one, 0);
            }

            writer.WriteEndArray();
        }

        writer.Flush();
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    private void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        object? bare = Bare(value);
        switch (bare)
        {
            case null or DBNull:
                writer.WriteNullValue();
                return;
            case string text:
                writer.WriteStringValue(text); // half of a surrogate pair becomes a sign of its own
                return;
            case char or double or float or Half when !IsNumber(bare):
                writer.WriteStringValue(ScalarText.Of(bare));
                return;
        }

        if (depth == 0 && Shown(value, bare) is { } shown)
        {
            WriteObject(writer, shown, depth);
        }
        else if (!JsonText.TryWriteScalar(writer, bare, isCanonical: false))
        {
            WriteWhole(writer, value!, bare, depth);
        }
    }

    private void WriteWhole(Utf8JsonWriter writer, object value, object bare, int depth)
    {
        if (depth >= limits.Depth)
        {
            writer.WriteStringValue(LanguagePrimitives.ConvertTo<string>(value));
            return;
        }

        switch (bare)
        {
            case IDictionary dictionary:
                WriteObject(writer, JsonText.Entries(dictionary), depth);
                break;
            case DataRow row:
                WriteObject(writer, row.Table.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, (object?)row[c])), depth);
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (object? item in items)
                {
                    if (IsFull(writer))
                    {
                        break;
                    }

                    Write(writer, item, depth + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                WriteObject(writer, PSObject.AsPSObject(value).Properties.Select(static p => (p.Name, ValueOf(p))), depth);
                break;
        }
    }

    private void WriteObject(Utf8JsonWriter writer, IEnumerable<(string Name, object? Value)> members, int depth)
    {
        writer.WriteStartObject();
        foreach ((string name, object? value) in members)
        {
            if (IsFull(writer))
            {
                break;
            }

            writer.WritePropertyName(name);
            Write(writer, value, depth + 1);
        }

        writer.WriteEndObject();
    }

    private bool IsFull(Utf8JsonWriter writer)
    {
        IsWhole &= writer.BytesCommitted + writer.BytesPending <= _most;
        return !IsWhole;
    }

    // A file or a process is its name to other objects. Where it is the answer itself, the shell shows some of its properties.
    private static IEnumerable<(string Name, object? Value)>? Shown(object? value, object bare)
        => bare is not ValueType && ScalarText.Of(bare) is not null && value is PSObject item
            && item.Members["PSStandardMembers"]?.Value is PSMemberSet standard
            && standard.Members["DefaultDisplayPropertySet"] is PSPropertySet set
            ? set.ReferencedPropertyNames.Select(n => (n, item.Properties[n] is { } property ? ValueOf(property) : null))
            : null;

    private static bool IsNumber(object value) => value switch
    {
        double number => double.IsFinite(number),
        float number => float.IsFinite(number),
        Half number => Half.IsFinite(number),
        _ => false,
    };

    // A secret is not told to a model.
    private static object? Bare(object? value)
    {
        try
        {
            return ForeignValue.Bare(value);
        }
        catch (ClaudeBatchException e) when (e.Id == "ValueSecret")
        {
            return "[secret]";
        }
    }

    private static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException e) when (e.GetBaseException() is not PipelineStoppedException)
        {
            return $"[cannot be read: {e.GetBaseException().Message}]"; // null would be told for what it is not
        }
    }
}
