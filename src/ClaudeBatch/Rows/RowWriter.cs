using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

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

    private readonly HashSet<string> _absent;

    private readonly HashSet<string> _named;

    private readonly RowMembers _members = new();

    private readonly RowJson _json = new();

    private readonly RowJson _byValue = new();

    private ShellRow? _row;

    private Choice _choice;

    /// <param name="wanted">Wildcards of the properties to keep; null to keep all of a record, and <paramref name="named"/> of any other
    /// object.</param>
    /// <param name="named">The names of the properties that the templates use.</param>
    public RowWriter(string[]? wanted, IEnumerable<string> named)
    {
        _wanted = wanted is null
            ? null
            : [.. wanted.Select(static w => WildcardPattern.Get(w, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant))];
        _wantedNames = new HashSet<string>(wanted ?? [], StringComparer.OrdinalIgnoreCase);
        _absent = new HashSet<string>(
            (wanted ?? []).Where(static w => !WildcardPattern.ContainsWildcardCharacters(w)), StringComparer.OrdinalIgnoreCase);
        _named = new HashSet<string>(named, StringComparer.OrdinalIgnoreCase);
        _choice = new Choice(_members.Heading, isWhole: true, this);
    }

    /// <summary>The properties to keep that no row has had.</summary>
    public IReadOnlyCollection<string> Absent => _absent;

    /// <summary>The names that a row has twice, in letters of another case; only the first of each is kept.</summary>
    public HashSet<string> Twins { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether nothing is kept of a row, because it is no record and no template names a property of it.</summary>
    public bool KeepsNothing { get; private set; }

    /// <summary>
    /// The copy of the row that was read last: a JSON object with its properties in their order; empty where none is to be kept.
    /// </summary>
    public ReadOnlyMemory<byte> Source { get; private set; }

    /// <summary>Reads a row, each property once.</summary>
    /// <exception cref="ClaudeBatchException"><c>TextInvalid</c>, <c>ValueTooDeep</c>: a property cannot be written; the message names it.
    /// <c>SourceTooLarge</c>: the copy has more than <see cref="LongestRow"/> bytes.</exception>
    [MethodImpl(Hot.AtOnce)]
    public void Read(ShellRow row)
    {
        _row = row;
        _members.Read(row, name => _named.Contains(name) || Matches(name));
        bool isWhole = row.IsRecord || row.IsText;
        if (_choice.Heading != _members.Heading || _choice.IsWhole != isWhole)
        {
            _choice = new Choice(_members.Heading, isWhole, this);
            Note(isWhole);
        }

        _json.Write(_members.Heading, _members.Values, isByValue: false);
        Source = _wanted is { Length: 0 } ? default : Copy();
    }

    /// <summary>
    /// Gives bytes that tell the row from other rows, whichever of its properties are kept: the canonical JSON of all data of a record; of
    /// any other object, its text and the properties that the templates use. They are valid until the next call.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    public ReadOnlySpan<byte> Identity()
    {
        if (_choice.IsIdentityWhole && _members.Values.TrueForAll(IsByValue))
        {
            return _json.Of(_choice.Identity).Span;
        }

        _byValue.Write(_members.Heading, _members.Values, isByValue: true);
        return _byValue.Of(_choice.Identity).Span;
    }

    /// <summary>
    /// Gives the bytes that earlier versions told the row by; empty where they are those of <see cref="Identity"/>, which is asked for first.
    /// </summary>
    public ReadOnlyMemory<byte> EarlierIdentity()
    {
        if (!Rows.EarlierIdentity.IsWhole(_row!) || _members.Heading.HasTwins || !_members.Values.TrueForAll(IsAsEver))
        {
            byte[] earlier = Rows.EarlierIdentity.Of(_row!, _named);
            return Identity().SequenceEqual(earlier) ? default : earlier;
        }

        return _choice.IsIdentitySorted && _members.Values.TrueForAll(IsByValue) ? default
            : Source.Length == _json.Whole.Length ? Source
            : _json.Whole.ToArray();
    }

    /// <summary>
    /// Whether the row, an object of .NET, says nothing of itself but its type, so that only what is asked tells it from others.
    /// </summary>
    public bool SaysNothing => !_choice.IsWhole && _row!.OwnText == _row.Bare.GetType().ToString();

    public void Dispose()
    {
        _json.Dispose();
        _byValue.Dispose();
    }

    private void Note(bool isWhole)
    {
        RowHeading heading = _members.Heading;
        _absent.ExceptWith(heading.Names);
        // A number or a date has nothing besides itself.
        KeepsNothing |= _wanted is null && !isWhole && _choice.Kept is { Length: 0 } && ForeignValue.Bare(_row!.Given) is not ValueType;
        if (heading.HasTwins)
        {
            Twins.UnionWith(heading.Names.Where((_, i) => heading.IsTwin[i]));
        }
    }

    private bool Matches(string name) => _wanted?.Any(w => w.IsMatch(name)) == true;

    // Whether a value is written by its value when it is written as it stands.
    private static bool IsByValue(object? value) => value is null or string || ForeignValue.Bare(value) is var bare && (
        bare is null or string || NumberText.IsByValue(bare));

    // Whether ledgers up to version 7 wrote it in the same way.
    private static bool IsAsEver(object? value)
        => value is null or string || (ForeignValue.Bare(value) is { } bare && (bare is string || Rows.EarlierIdentity.IsSame(bare)));

    [MethodImpl(Hot.AtOnce)]
    private ReadOnlyMemory<byte> Copy()
    {
        ReadOnlyMemory<byte> copy = _choice.Kept is { } kept ? _json.Of(kept) : _json.Whole;
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

    /// <summary>Which properties of the rows of one heading are kept, and which tell them from others.</summary>
    private sealed class Choice
    {
        public Choice(RowHeading heading, bool isWhole, RowWriter writer)
        {
            (Heading, IsWhole) = (heading, isWhole);
            bool[] isOfRow = [.. heading.Names.Select((name, i) => (i == 0 && !isWhole) || !s_ofTransport.Contains(name))];
            int[] kept = [.. Enumerable.Range(0, isOfRow.Length).Where(IsKept)];
            Kept = kept.Length == isOfRow.Length ? null : kept;
            Identity = [.. heading.Order.Where(i => isOfRow[i] && (isWhole || i == 0 || writer._named.Contains(heading.Names[i])))];
            IsIdentityWhole = isWhole && Array.TrueForAll(isOfRow, static own => own);
            IsIdentitySorted = IsIdentityWhole && heading.Order.SequenceEqual(Enumerable.Range(0, isOfRow.Length));

            // The text of an object stands first, and is no property.
            bool IsKept(int i) => (i > 0 || isWhole)
                && !heading.IsTwin[i]
                && (isOfRow[i]
                    ? writer._wanted is null || writer.Matches(heading.Names[i])
                    : writer._wantedNames.Contains(heading.Names[i]));
        }

        public RowHeading Heading { get; }

        public bool IsWhole { get; }

        /// <summary>The places of the properties that are kept; null where all are.</summary>
        public int[]? Kept { get; }

        /// <summary>The places of the properties that tell the row from others, in the order of their names.</summary>
        public int[] Identity { get; }

        /// <summary>Whether all properties tell the row from others.</summary>
        public bool IsIdentityWhole { get; }

        /// <summary>Whether all do, and stand in the order of their names.</summary>
        public bool IsIdentitySorted { get; }
    }
}
