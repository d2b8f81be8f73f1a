using System.Buffers;
using System.Collections;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClaudeBatch.Core;

namespace ClaudeBatch.Json;

/// <summary>
/// Writes objects of PowerShell as JSON. A plain hashtable has no order of its own; its keys are sorted, so that the same table always
/// gives the same bytes. In canonical JSON all names are sorted by their code units, and equal numbers are written alike.
/// </summary>
internal static class JsonText
{
    private const int Deepest = 64;

    internal static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(object? value)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, Options);
        Write(writer, value, 0, isCanonical: false);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes an object with these members, in their order.</summary>
    public static byte[] WriteObject(IEnumerable<(string Name, object? Value)> members)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, Options);
        WriteObject(writer, members, -1, isCanonical: false); // each member may be as deep as a value of its own
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Gives the canonical JSON of a value.</summary>
    public static string Canonical(object? value)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, Options);
        WriteCanonical(writer, value);
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes a value as it stands.</summary>
    public static void Write(Utf8JsonWriter writer, object? value) => Write(writer, value, 0, isCanonical: false);

    /// <summary>Writes the canonical JSON of a value.</summary>
    public static void WriteCanonical(Utf8JsonWriter writer, object? value) => Write(writer, value, 0, isCanonical: true);

    /// <summary>Writes the cell of a row: a single value as it stands, anything else as canonical JSON.</summary>
    [MethodImpl(Hot.AtOnce)]
    public static void WriteCell(Utf8JsonWriter writer, object? value)
    {
        object? bare = ForeignValue.Bare(value);
        if (!TryWriteScalar(writer, bare, isCanonical: false))
        {
            WriteCanonical(writer, value);
        }
    }

    /// <summary>Writes the name of a member.</summary>
    public static void WriteName(Utf8JsonWriter writer, string name) => writer.WritePropertyName(Valid(name));

    /// <summary>Converts a value to text: a single value as <see cref="ScalarText"/> says, anything else to canonical JSON.</summary>
    public static string Text(object? value)
        => ForeignValue.Bare(value) is { } bare ? ScalarText.Of(bare) ?? Canonical(value) : string.Empty;

    /// <summary>Gives the entries of a dictionary in the order in which they are written.</summary>
    public static IEnumerable<(string Name, object? Value)> Entries(IDictionary? dictionary)
    {
        IEnumerable<(string Name, object? Value)> entries = (dictionary?.Keys.Cast<object>() ?? [])
            .Select(key => (Text(key), dictionary![key]));
        return dictionary is Hashtable ? entries.OrderBy(static e => e.Name, StringComparer.Ordinal) : entries;
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth, bool isCanonical)
    {
        if (depth > Deepest)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ValueTooDeep", $"A value is nested deeper than {Deepest} levels, or contains itself.")
            { Target = value };
        }

        object? bare = ForeignValue.Bare(value);
        if (TryWriteScalar(writer, bare, isCanonical))
        {
            return;
        }

        switch (bare)
        {
            case double or float or Half:
                throw new ClaudeBatchException(
                    FailureKind.InvalidArgument, "ValueNotJson", $"JSON has no {ScalarText.Of(bare)}; give a number or a string.")
                { Target = value };
            case IDictionary dictionary:
                WriteObject(writer, Entries(dictionary), depth, isCanonical);
                break;
            case IDictionary<string, object?> members:
                WriteObject(writer, members.Select(static m => (m.Key, m.Value)), depth, isCanonical);
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (object? item in items)
                {
                    Write(writer, item, depth + 1, isCanonical);
                }

                writer.WriteEndArray();
                break;
            case DataRow row:
                WriteObject(writer, row.Table.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, (object?)row[c])), depth, isCanonical);
                break;
            default:
                WriteObject(writer, Properties(PSObject.AsPSObject(bare!)), depth, isCanonical);
                break;
        }
    }

    private static IEnumerable<(string Name, object? Value)> Properties(PSObject value)
    {
        foreach (PSPropertyInfo property in value.Properties)
        {
            yield return (property.Name, ValueOf(property));
        }
    }

    /// <summary>Gives the value of a property.</summary>
    /// <exception cref="ClaudeBatchException"><c>ValueUnreadable</c>: its getter has failed.</exception>
    public static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException e)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "ValueUnreadable",
                $"The property '{property.Name}' cannot be read: {e.InnerException?.Message ?? e.Message}",
                e);
        }
    }

    private static void WriteObject(
        Utf8JsonWriter writer, IEnumerable<(string Name, object? Value)> members, int depth, bool isCanonical)
    {
        writer.WriteStartObject();
        string? before = null;
        foreach ((string name, object? value) in isCanonical ? members.OrderBy(static m => m.Name, StringComparer.Ordinal) : members)
        {
            if (isCanonical && name == before)
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidRequest, "ValueInvalid", $"A table has two keys whose text is '{name}'; leave one of them out.");
            }

            before = name;
            WriteName(writer, name);
            Write(writer, value, depth + 1, isCanonical);
        }

        writer.WriteEndObject();
    }

    /// <summary>
    /// Writes a single value (text, number, date and the like) as JSON. Returns false and writes nothing for any other value.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    internal static bool TryWriteScalar(Utf8JsonWriter writer, object? value, bool isCanonical)
    {
        switch (value)
        {
            case null or DBNull:
                writer.WriteNullValue();
                return true;
            case string text:
                writer.WriteStringValue(Valid(text));
                return true;
            case bool flag:
                writer.WriteBooleanValue(flag);
                return true;
            case SwitchParameter flag:
                writer.WriteBooleanValue(flag);
                return true;
            default:
                if (NumberText.TryWrite(writer, value, isCanonical))
                {
                    return true;
                }

                // What is not finite is text in a row, and an error in what is meant to be JSON.
                string? other = value is double or float or Half && !isCanonical ? null : ScalarText.Of(value);
                if (other is not null)
                {
                    writer.WriteStringValue(Valid(other));
                }

                return other is not null;
        }
    }

    /// <summary>Gives a text back that consists of characters.</summary>
    /// <remarks>Half of a surrogate pair is none, and the writer of JSON puts the same sign in the place of each.</remarks>
    /// <exception cref="ClaudeBatchException"><c>TextInvalid</c>: the text has half of a surrogate pair.</exception>
    [MethodImpl(Hot.AtOnce)]
    public static string Valid(string text)
    {
        int at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0 && at < text.Length)
        {
            if (!char.IsSurrogate(text[at]))
            {
                at++;
            }
            else if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                at += 2;
            }
            else
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidRequest,
                    "TextInvalid",
                    $"Character {(at + 1).ToString(CultureInfo.InvariantCulture)} of a text is half of a surrogate pair "
                        + $"(U+{(int)text[at]:X4}), which is no character; the text was cut or read wrongly. Mend the text.");
            }
        }

        return text;
    }
}
