using System.Collections.ObjectModel;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClaudeBatch.Rows;

/// <summary>
/// The names of a row's properties in their order, with what follows from them. Rows of one source have the same names, so that this is
/// found out once for all of them.
/// </summary>
internal sealed class RowHeading
{
    private readonly JsonEncodedText?[] _encoded;

    private int[]? _order;

    public RowHeading(string[] names)
    {
        Names = names;
        _encoded = [.. names.Select(Encode)];
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        IsTwin = [.. names.Select(name => !seen.Add(name))];
        HasTwins = seen.Count < names.Length;
    }

    public string[] Names { get; }

    /// <summary>Whether a name differs from an earlier one in case only; PowerShell takes such names for one property.</summary>
    public bool[] IsTwin { get; }

    public bool HasTwins { get; }

    /// <summary>The places of the names in ordinal order.</summary>
    public int[] Order => _order ??= [.. Enumerable.Range(0, Names.Length).OrderBy(i => Names[i], StringComparer.Ordinal)];

    /// <summary>
    /// The type names of a custom object of which was seen that the values with these names are all its properties; null where none was seen.
    /// </summary>
    public Collection<string>? PlainTypes { get; set; }

    /// <summary>Whether an object with these type names has no other properties.</summary>
    public bool IsPlainWith(Collection<string> types)
        => ReferenceEquals(types, PlainTypes) || (PlainTypes is not null && types.SequenceEqual(PlainTypes));

    /// <summary>Finds a name without regard to case; -1 where it is not there.</summary>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (ReferenceEquals(Names[i], name) || Names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a list of names is this heading's.</summary>
    public bool IsOf(ReadOnlySpan<string> names)
    {
        if (names.Length != Names.Length)
        {
            return false;
        }

        for (int i = 0; i < names.Length; i++)
        {
            if (Names[i] != names[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gives a name as it stands in JSON; null where it has half of a surrogate pair and so cannot be written.</summary>
    public JsonEncodedText? Encoded(int place) => _encoded[place];

    private static JsonEncodedText? Encode(string name)
    {
        try
        {
            return JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
