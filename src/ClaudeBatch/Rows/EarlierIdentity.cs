using System.Buffers;
using System.Collections;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>
/// What told a row from other rows while the tables of the ledger had versions up to 7: its properties in their order, whatever was no single
/// value as PowerShell's text, and times in the zone of the machine. A job of such a ledger goes on with it, so nothing here may change.
/// </summary>
internal static class EarlierIdentity
{
    /// <summary>Tells whether a single value was written as it is written today.</summary>
    public static bool IsSame(object value) => value switch
    {
        DateTime time => time.Kind != DateTimeKind.Local,
        double or float or decimal or bool or SwitchParameter => true,
        byte or sbyte or short or ushort or int or uint or long or ulong => true,
        Guid or Uri or char or Version or Enum => true,
        _ => false,
    };

    /// <summary>Tells whether all properties of a row counted.</summary>
    public static bool IsWhole(ShellRow row)
        => row.Heading is not null || row.IsText || row.Bare is PSCustomObject or IDictionary or DataRow;

    public static byte[] Of(ShellRow row, HashSet<string> named)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using Utf8JsonWriter writer = new(buffer, JsonText.Options);
        HashSet<string> written = new(StringComparer.OrdinalIgnoreCase);
        writer.WriteStartObject();
        bool isWhole = IsWhole(row);
        if (!isWhole)
        {
            written.Add("_");
            writer.WriteString("_", Text(row.Bare));
        }

        foreach ((string name, object? value) in row.Members(name => isWhole || named.Contains(name)))
        {
            if (written.Add(name))
            {
                writer.WritePropertyName(name);
                Write(writer, value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case SwitchParameter flag:
                writer.WriteBooleanValue(flag);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            default:
                writer.WriteStringValue(Text(value));
                break;
        }
    }

    private static string Text(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture),
    };
}
