using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace ClaudeBatch.Json;

/// <summary>Writes numbers of any type of .NET as numbers of JSON, with all their digits.</summary>
internal static class NumberText
{
    // From here on a double is written with an exponent, as ECMAScript writes it; below, its digits are exact.
    private const double FirstWithExponent = 1e21;

    /// <summary>Writes a number. Returns false and writes nothing where the value is none, or is not finite.</summary>
    /// <param name="writer">Takes the number.</param>
    /// <param name="value">A value of any type.</param>
    /// <param name="isByValue">Whether equal numbers are written alike: <c>1.50</c> as <c>1.5</c>, <c>-0.0</c> as <c>0</c>.</param>
    public static bool TryWrite(Utf8JsonWriter writer, object value, bool isByValue)
    {
        switch (value)
        {
            case Enum:
                return false;
            case byte or sbyte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                return true;
            case ulong number:
                writer.WriteNumberValue(number);
                return true;
            case decimal number:
                writer.WriteNumberValue(isByValue ? Shortest(number) : number);
                return true;
            case double number when double.IsFinite(number):
                Write(writer, number, isByValue);
                return true;
            case float number when float.IsFinite(number):
                WriteSingle(writer, number, isByValue);
                return true;
            case Half number when Half.IsFinite(number) && isByValue && IsWhole((float)number):
                Write(writer, (float)number, isByValue);
                return true;
            case Half number when Half.IsFinite(number):
                writer.WriteRawValue(number.ToString("R", CultureInfo.InvariantCulture), skipInputValidation: true);
                return true;
            case BigInteger or Int128 or UInt128 or nint or nuint:
                writer.WriteRawValue(((IFormattable)value).ToString("D", CultureInfo.InvariantCulture), skipInputValidation: true);
                return true;
            case RawNumber number:
                writer.WriteRawValue(number.Text, skipInputValidation: true);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Tells whether a number is written by its value when it is written as it stands.</summary>
    public static bool IsByValue(object value) => value switch
    {
        decimal number => number.Scale == Shortest(number).Scale && !(number == 0 && decimal.IsNegative(number)),
        double number => !IsWhole(number) || IsPlain(number),
        float number => !IsWhole(number) || IsPlain(number),
        Half number => !IsWhole((float)number) || IsPlain((float)number),
        _ => true,
    };

    private static void Write(Utf8JsonWriter writer, double number, bool isByValue)
    {
        if (isByValue && IsWhole(number) && !IsPlain(number))
        {
            writer.WriteRawValue(new BigInteger(number).ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
        }
        else
        {
            writer.WriteNumberValue(number);
        }
    }

    // A float is written by its own digits, which are fewer than those of the double it becomes.
    private static void WriteSingle(Utf8JsonWriter writer, float number, bool isByValue)
    {
        if (isByValue && IsWhole(number))
        {
            Write(writer, number, isByValue);
        }
        else
        {
            writer.WriteNumberValue(number);
        }
    }

    private static bool IsWhole(double number) => Math.Abs(number) < FirstWithExponent && number == Math.Truncate(number);

    // Without an exponent and without a sign of zero.
    private static bool IsPlain(double number) => Math.Abs(number) < 1e15 && !(number == 0 && double.IsNegative(number));

    private static bool IsPlain(float number) => Math.Abs(number) < 1e6f && !(number == 0 && float.IsNegative(number));

    // A division by one leaves as few digits behind the point as there are.
    public static decimal Shortest(decimal number) => number == 0 ? 0 : number / 1.000000000000000000000000000000000m;
}
