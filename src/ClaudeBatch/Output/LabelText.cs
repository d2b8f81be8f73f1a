using System.Globalization;
using System.Numerics;
using ClaudeBatch.Json;

namespace ClaudeBatch.Output;

/// <summary>Labels as texts. Numbers that are equal are one label, whichever zeros stand behind them.</summary>
internal static class LabelText
{
    /// <summary>Gives the label that a value is.</summary>
    /// <param name="value">A value of an answer or a row.</param>
    /// <param name="isNumber">Whether it is a number, and no text of one.</param>
    public static string Of(object? value, out bool isNumber)
    {
        object? bare = ForeignValue.Bare(value);
        isNumber = value is RawNumber || bare is decimal or double or float or long or int or BigInteger;
        return bare is decimal number ? NumberText.Shortest(number).ToString(CultureInfo.InvariantCulture) : JsonText.Text(value);
    }

    /// <summary>Tells whether the text of a label is this number, as in a CSV file, whose cells are texts.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">The label that a number is.</param>
    public static bool IsNumber(string text, string number)
        => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal one)
            && decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal other) && one == other;
}
