using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Core.Requests;

/// <summary>What bounds the values of one schema: range, length, count and pattern. A value of another type than a bound's is not bound.</summary>
/// <remarks>Of what is found, no part of the value is named: the sentence may be written down where no part of an answer may be.</remarks>
internal sealed class SchemaBounds
{
    /// <summary>The longest that one pattern may take for one text; some go on for longer than anybody waits.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    private readonly List<(string Keyword, JsonElement Bound)> _ofNumbers = [];

    private Regex? _pattern;

    private int _leastLength;

    private int _mostLength = int.MaxValue;

    private int _leastItems;

    private int _mostItems = int.MaxValue;

    private bool _isUnique;

    private int _leastProperties;

    private int _mostProperties = int.MaxValue;

    /// <summary>Takes a keyword that bounds; its value is one in which <see cref="SchemaKeywords.Fault"/> finds none.</summary>
    public void Add(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "pattern":
                _pattern = new Regex(value.GetString()!, RegexOptions.CultureInvariant, s_longest);
                break;
            case "minLength":
                _leastLength = value.GetInt32();
                break;
            case "maxLength":
                _mostLength = value.GetInt32();
                break;
            case "minItems":
                _leastItems = value.GetInt32();
                break;
            case "maxItems":
                _mostItems = value.GetInt32();
                break;
            case "uniqueItems":
                _isUnique = value.GetBoolean();
                break;
            case "minProperties":
                _leastProperties = value.GetInt32();
                break;
            case "maxProperties":
                _mostProperties = value.GetInt32();
                break;
            default:
                _ofNumbers.Add((keyword, value));
                break;
        }
    }

    /// <summary>Finds the first bound that a value passes; null where it keeps all of them, or where the trial has met with a problem.</summary>
    public Misfit? Judge(JsonElement value, ref SchemaTrial trial)
    {
        string? reason = value.ValueKind switch
        {
            JsonValueKind.Number => OfNumber(value),
            JsonValueKind.String => OfText(value, ref trial),
            JsonValueKind.Array => OfCount(value.GetArrayLength(), _leastItems, _mostItems, "item", "items")
                ?? (_isUnique && HasTwice(value, ref trial) ? "has an item twice." : null),
            JsonValueKind.Object when _leastProperties > 0 || _mostProperties < int.MaxValue
                => OfCount(value.EnumerateObject().Count(), _leastProperties, _mostProperties, "property", "properties"),
            _ => null,
        };
        return reason is null ? null : new Misfit(reason);
    }

    private string? OfNumber(JsonElement value)
    {
        foreach ((string keyword, JsonElement bound) in _ofNumbers)
        {
            int order = Compare(value, bound);
            (bool fits, string reason) = keyword switch
            {
                "minimum" => (order >= 0, "is below"),
                "maximum" => (order <= 0, "is above"),
                "exclusiveMinimum" => (order > 0, "is not above"),
                "exclusiveMaximum" => (order < 0, "is not below"),
                _ => (IsMultiple(value, bound), "is no multiple of"),
            };
            if (!fits)
            {
                return $"{reason} {bound.GetRawText()}.";
            }
        }

        return null;
    }

    private static int Compare(JsonElement one, JsonElement other)
        => one.TryGetDecimal(out decimal a) && other.TryGetDecimal(out decimal b)
            ? a.CompareTo(b)
            : one.GetDouble().CompareTo(other.GetDouble());

    private static bool IsMultiple(JsonElement value, JsonElement of)
        => value.TryGetDecimal(out decimal a) && of.TryGetDecimal(out decimal b) && b != 0
            ? a % b == 0
            : Math.IEEERemainder(value.GetDouble(), of.GetDouble()) == 0;

    private string? OfText(JsonElement value, ref SchemaTrial trial)
    {
        if (_pattern is null && _leastLength == 0 && _mostLength == int.MaxValue)
        {
            return null;
        }

        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "has half of a surrogate pair in it, which is no text.";
        }

        // JSON Schema counts the characters of Unicode, not the halves in which .NET keeps some of them.
        if (OfCount(text.EnumerateRunes().Count(), _leastLength, _mostLength, "character", "characters") is { } length)
        {
            return length;
        }

        try
        {
            return _pattern?.IsMatch(text) == false ? $"does not match the pattern {_pattern}." : null;
        }
        catch (RegexMatchTimeoutException)
        {
            trial.Stop("its pattern goes on for longer than a second.");
            return null;
        }
    }

    private static string? OfCount(int count, int least, int most, string one, string many)
        => count < least ? string.Create(CultureInfo.InvariantCulture, $"has fewer {many} than {least}.")
            : count > most ? string.Create(CultureInfo.InvariantCulture, $"has more than {most} {(most == 1 ? one : many)}.")
            : null;

    private static bool HasTwice(JsonElement list, ref SchemaTrial trial)
    {
        JsonElement[] items = [.. list.EnumerateArray()];
        for (int i = 1; i < items.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (!trial.Step())
                {
                    return false;
                }

                if (JsonElement.DeepEquals(items[i], items[j]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
