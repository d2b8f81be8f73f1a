using System.Globalization;
using System.Text;

namespace ClaudeBatch.Core.Measures;

/// <summary>Labels as numbers from 0, in the order in which they came. Each keeps the letters in which it came first.</summary>
/// <param name="isCaseSensitive">Whether labels that differ in case alone are two; else case is ignored, by no culture.</param>
/// <param name="what">What they are, for the message where there are too many: "labels", say.</param>
/// <param name="advice">What to do then.</param>
/// <param name="most">The most that are told apart.</param>
public sealed class LabelCodes(bool isCaseSensitive, string what, string advice, int most = LabelCodes.Most)
{
    /// <summary>The number that stands for no label.</summary>
    public const int None = -1;

    /// <summary>The most labels that are told apart. Of whole answers no two are the same, and each would be a label.</summary>
    public const int Most = 10_000;

    private readonly List<string> _labels = [];

    private readonly Dictionary<string, int> _codes = new(isCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);

    public string this[int code] => _labels[code];

    /// <summary>
    /// Gives the number of a label without the white space around it; <see cref="None"/> where nothing is left. Letters with accents are the
    /// same in either form that Unicode has for them.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>LabelsTooMany</c>.</exception>
    public int Of(string? label)
    {
        if (Composed(label?.Trim()) is not { Length: > 0 } trimmed)
        {
            return None;
        }

        if (_codes.TryGetValue(trimmed, out int code))
        {
            return code;
        }

        if (_labels.Count == most)
        {
            string count = most.ToString("N0", CultureInfo.InvariantCulture);
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "LabelsTooMany", $"There are more than {count} different {what}. {advice}");
        }

        _codes.Add(trimmed, _labels.Count);
        _labels.Add(trimmed);
        return _labels.Count - 1;
    }

    // A letter and its accent are one character to one program and two to another, and nobody sees a difference.
    private static string? Composed(string? label)
    {
        try
        {
            return label is null || Ascii.IsValid(label) ? label : label.Normalize();
        }
        catch (ArgumentException)
        {
            return label; // it has half of a surrogate pair, and is a label all the same
        }
    }
}
