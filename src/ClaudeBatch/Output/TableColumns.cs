namespace ClaudeBatch.Output;

/// <summary>The columns of a table as rows bring them. Each has a place, its number in the order in which they came.</summary>
internal sealed class TableColumns
{
    private readonly List<(int Section, string Name)> _columns = [];

    private readonly Dictionary<string, int> _places = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="always">The columns that the table has without any row.</param>
    public TableColumns(IEnumerable<ResultCell> always)
    {
        foreach (ResultCell column in always)
        {
            PlaceOf(column.Section, column.Name);
        }
    }

    public int Count => _columns.Count;

    public string Name(int place) => _columns[place].Name;

    public int Section(int place) => _columns[place].Section;

    /// <summary>Gives the place of a column, which is a new one where no column has the name in any letters.</summary>
    public int PlaceOf(int section, string name)
    {
        if (!_places.TryGetValue(name, out int place))
        {
            place = _columns.Count;
            _places.Add(name, place);
            _columns.Add((section, name));
        }

        return place;
    }

    /// <summary>Gives the places in the order of a file: by section, and within one as they came.</summary>
    public int[] Order() => [.. Enumerable.Range(0, _columns.Count).OrderBy(Section)];
}
