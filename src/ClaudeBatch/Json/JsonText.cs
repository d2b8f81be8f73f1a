using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClaudeBatch.Core;

namespace ClaudeBatch.Json;

/// <summary>
/// Writes objects of PowerShell as JSON. A plain hashtable has no order of its own; its keys are sorted, so that the same table always
/// gives the same bytes.
/// </summary>
internal static class JsonText
{
    private const int Deepest = 64;

    internal static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(object? value)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, Options);
        Write(writer, value, 0);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes an object with these members, in their order.</summary>
    public static byte[] WriteObject(IEnumerable<(string Name, object? Value)> members)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, Options);
        WriteObject(writer, members, 0);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Writes a single value (text, number, date and the like) as JSON. Returns false and writes nothing for any other value.
    /// </summary>
    public static bool TryWriteScalar(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                return true;
            case string text:
                writer.WriteStringValue(text);
                return true;
            case bool flag:
                writer.WriteBooleanValue(flag);
                return true;
            case SwitchParameter flag:
                writer.WriteBooleanValue(flag);
                return true;
            case byte or sbyte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                return true;
            case ulong number:
                writer.WriteNumberValue(number);
                return true;
            case decimal number:
                writer.WriteNumberValue(number);
                return true;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case DateTime time:
                writer.WriteStringValue(time.ToString("o", CultureInfo.InvariantCulture));
                return true;
            case DateTimeOffset time:
                writer.WriteStringValue(time.ToString("o", CultureInfo.InvariantCulture));
                return true;
            case Guid or Uri or Enum or char or TimeSpan or Version or System.Numerics.BigInteger:
                writer.WriteStringValue(Invariant(value));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Converts a value to text that does not depend on the culture.</summary>
    public static string Invariant(object? value) => value switch
    {
        null => string.Empty,
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture),
    };

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > Deepest)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ValueTooDeep", $"A value is nested deeper than {Deepest} levels, or contains itself.")
            { Target = value };
        }

        object? bare = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (TryWriteScalar(writer, bare))
        {
            return;
        }

        switch (bare)
        {
            case double or float:
                throw new ClaudeBatchException(
                    FailureKind.InvalidArgument, "ValueNotJson", $"JSON has no {Invariant(bare)}; give a number or a string.")
                { Target = value };
            case IDictionary dictionary:
                WriteObject(writer, Entries(dictionary), depth);
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (object? item in items)
                {
                    Write(writer, item, depth + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                WriteObject(writer, PSObject.AsPSObject(bare!).Properties.Select(static p => (p.Name, (object?)p.Value)), depth);
                break;
        }
    }

    /// <summary>Gives the entries of a dictionary in the order in which they are written.</summary>
    public static IEnumerable<(string Name, object? Value)> Entries(IDictionary? dictionary)
    {
        IEnumerable<(string Name, object? Value)> entries = (dictionary?.Keys.Cast<object>() ?? [])
            .Select(key => (Invariant(key), dictionary![key]));
        return dictionary is Hashtable ? entries.OrderBy(static e => e.Name, StringComparer.Ordinal) : entries;
    }

    private static void WriteObject(Utf8JsonWriter writer, IEnumerable<(string Name, object? Value)> members, int depth)
    {
        writer.WriteStartObject();
        foreach ((string name, object? value) in members)
        {
            writer.WritePropertyName(name);
            Write(writer, value, depth + 1);
        }

        writer.WriteEndObject();
    }
}
