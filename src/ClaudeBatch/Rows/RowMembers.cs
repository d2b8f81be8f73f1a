using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClaudeBatch.Core;

namespace ClaudeBatch.Rows;

/// <summary>Reads the properties of rows, each once: their names as a heading, which rows of one source share, and their values.</summary>
internal sealed class RowMembers
{
    // Rows of more headings than this are rare, and looked at anew.
    private const int MostHeadings = 32;

    private readonly List<RowHeading> _headings = [];

    private readonly List<string> _names = [];

    private readonly List<object?> _values = [];

    /// <summary>The heading of the row that was read last.</summary>
    public RowHeading Heading { get; private set; } = new([]);

    /// <summary>Its values, in the order of the names. They are valid until the next row is read.</summary>
    public List<object?> Values { get; private set; } = [];

    /// <summary>Reads a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isWanted">Decides by its name whether a property of what is no record is read.</param>
    [MethodImpl(Hot.AtOnce)]
    public void Read(ShellRow row, Func<string, bool> isWanted)
    {
        if (row.Heading is { } heading)
        {
            (Heading, Values) = (heading, row.Values!);
            return;
        }

        Values = _values;
        if (NoteProperties.TryRead(row.Value, Begin(), _values, out Collection<string> types))
        {
            Heading = HeadingOf();
            if (Heading.IsPlainWith(types) || HasNoOthers(row, types))
            {
                row.Keep(Heading, Values);
                return;
            }
        }

        Begin();
        bool isWhole = row.IsRecord || row.IsText;
        if (!isWhole)
        {
            Add("_", row.OwnText);
        }

        foreach ((string name, object? value) in row.Members(name => isWhole || isWanted(name)))
        {
            Add(name, value);
        }

        Heading = HeadingOf();
    }

    // Whether the properties that the shell sees are the row's own: a type may have more of them in the shell's tables.
    private bool HasNoOthers(ShellRow row, Collection<string> types)
    {
        bool isSame = Heading.IsOf([.. row.Names]);
        if (isSame)
        {
            Heading.PlainTypes = types;
        }

        return isSame;
    }

    private List<string> Begin()
    {
        _names.Clear();
        _values.Clear();
        return _names;
    }

    private void Add(string name, object? value)
    {
        _names.Add(name);
        _values.Add(value);
    }

    private RowHeading HeadingOf()
    {
        ReadOnlySpan<string> names = CollectionsMarshal.AsSpan(_names);
        if (Heading.IsOf(names))
        {
            return Heading;
        }

        foreach (RowHeading known in _headings)
        {
            if (known.IsOf(names))
            {
                return known;
            }
        }

        if (_headings.Count == MostHeadings)
        {
            _headings.Clear();
        }

        RowHeading heading = new([.. _names]);
        _headings.Add(heading);
        return heading;
    }
}
