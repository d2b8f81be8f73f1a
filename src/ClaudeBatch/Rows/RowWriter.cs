using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Rows;

/// <summary>
/// Writes a row as JSON: what is kept beside its request, and what tells it from other rows. Single values are written as they stand,
/// anything else as canonical JSON.
/// </summary>
internal sealed class RowWriter : IDisposable
{
    /// <summary>The most bytes that the copy of a row may have.</summary>
    public const int LongestRow = 64 * 1024;

    // What PowerShell adds to an object that came from a job or another computer; it differs each time.
    private static readonly HashSet<string> s_ofTransport = new(StringComparer.OrdinalIgnoreCase)
    {
        "PSComputerName", "PSShowComputerName", "PSSourceJobInstanceId", "RunspaceId",
    };

    private readonly WildcardPattern[]? _wanted;

    // The names in it that have no wildcard.
    private readonly HashSet<string> _wantedNames;

    private readonly HashSet<string> _named;

    private readonly List<RowMember> _members = [];

    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);

    private readonly RowJson _json = new();

    private readonly RowJson _byValue = new();

    private ShellRow? _row;

    // Whether two of the row's names differ in case only.
    private bool _hasTwins;

    // The places of the members in the order of their names, for rows that have these names.
    private int[] _order = [];

    private string[] _names = [];

    /// <param name="wanted">Wildcards of the properties to keep; null to keep all of a record, and <paramref name="named"/> of any other
    /// object.</param>
    /// <param name="named">The names of the properties that the templates use.</param>
    public RowWriter(string[]? wanted, IEnumerable<string> named)
    {
        _wanted = wanted is null
            ? null
            : [.. wanted.Select(static w => WildcardPattern.Get(w, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant))];
        _wantedNames = new HashSet<string>(wanted ?? [], StringComparer.OrdinalIgnoreCase);
        _named = new HashSet<string>(named, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The copy of the row that was read last: a JSON object with its properties in their order; empty where none is to be kept.
    /// </summary>
    public ReadOnlyMemory<byte> Source { get; private set; }

    /// <summary>Reads a row, each property once.</summary>
    /// <exception cref="ClaudeBatchException"><c>TextInvalid</c>, <c>ValueTooDeep</c>: a property cannot be written; the message names it.
    /// <c>SourceTooLarge</c>: the copy has more than <see cref="LongestRow"/> bytes.</exception>
    public void Read(ShellRow row)
    {
        _row = row;
        _hasTwins = false;
        _members.Clear();
        _seen.Clear();
        if (!IsWhole)
        {
            _members.Add(new RowMember("_", row.OwnText, isKept: false));
        }

        foreach ((string name, object? value) in row.Members(name => IsWhole || _named.Contains(name) || Matches(name)))
        {
            // PowerShell takes names that differ in case only for one property, and so the copy has the first of them.
            bool isTwin = !_seen.Add(name);
            _hasTwins |= isTwin;
            bool isOfRow = !s_ofTransport.Contains(name);
            bool isKept = isOfRow ? _wanted is null || Matches(name) : _wantedNames.Contains(name);
            _members.Add(new RowMember(name, value, isKept && !isTwin, isOfRow));
        }

        _json.Write(_members, isByValue: false);
        Source = _wanted is { Length: 0 } ? default : Copy();
    }

    /// <summary>
    /// Gives bytes that tell the row from other rows, whichever of its properties are kept: the canonical JSON of all data of a record; of
    /// any other object, its text and the properties that the templates use. They are valid until the next call.
    /// </summary>
    public ReadOnlySpan<byte> Identity()
    {
        Sort();
        if (IsWhole && _members.TrueForAll(static m => m.IsByValue && m.IsOfRow))
        {
            return _json.Of(_order).Span;
        }

        _byValue.Write(_members, isByValue: true);
        return _byValue.Of([.. _order.Where(i => _members[i].IsOfRow && (IsWhole || i == 0 || _named.Contains(_members[i].Name)))]).Span;
    }

    /// <summary>
    /// Gives the bytes that earlier versions told the row by; empty where they are those of <see cref="Identity"/>, which is asked for first.
    /// </summary>
    public ReadOnlyMemory<byte> EarlierIdentity()
    {
        if (!Rows.EarlierIdentity.IsWhole(_row!) || _hasTwins || !_members.TrueForAll(static m => m.IsAsEver))
        {
            byte[] earlier = Rows.EarlierIdentity.Of(_row!, _named);
            return Identity().SequenceEqual(earlier) ? default : earlier;
        }

        bool isSorted = true;
        for (int i = 0; i < _order.Length; i++)
        {
            isSorted &= _order[i] == i;
        }

        return isSorted && _members.TrueForAll(static m => m.IsByValue && m.IsOfRow) ? default
            : Source.Length == _json.Whole.Length ? Source
            : _json.Whole.ToArray();
    }

    /// <summary>
    /// Whether the row, an object of .NET, says nothing of itself but its type, so that only what is asked tells it from others.
    /// </summary>
    public bool SaysNothing => !IsWhole && _row!.OwnText == _row.Bare.GetType().ToString();

    public void Dispose()
    {
        _json.Dispose();
        _byValue.Dispose();
    }

    // Whether all that the row has is data.
    private bool IsWhole => _row!.IsRecord || _row.IsText;

    private bool Matches(string name) => _wanted?.Any(w => w.IsMatch(name)) == true;

    private ReadOnlyMemory<byte> Copy()
    {
        ReadOnlyMemory<byte> copy = _members.TrueForAll(static m => m.IsKept)
            ? _json.Whole
            : _json.Of([.. Enumerable.Range(0, _members.Count).Where(i => _members[i].IsKept)]);
        return copy.Length <= LongestRow
            ? copy.ToArray()
            : throw new ClaudeBatchException(
                FailureKind.TooLarge,
                "SourceTooLarge",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The row has more than the {LongestRow} bytes that are kept beside a request. Choose what to keep with "
                        + $"-SourceProperty."));
    }

    private void Sort()
    {
        bool isSame = _names.Length == _members.Count;
        for (int i = 0; isSame && i < _names.Length; i++)
        {
            isSame = _names[i] == _members[i].Name;
        }

        if (!isSame)
        {
            _names = [.. _members.Select(static m => m.Name)];
            _order = [.. Enumerable.Range(0, _names.Length).OrderBy(i => _names[i], StringComparer.Ordinal)];
        }
    }
}
