using System.Globalization;

namespace ClaudeBatch.Rows;

/// <summary>Some rows of an input: how many, and the numbers of the first of them.</summary>
/// <param name="first">The number of the first row, from 1.</param>
internal sealed class RowNumbers(long first)
{
    private const int Named = 5;

    private readonly List<long> _first = [first];

    public long Count { get; private set; } = 1;

    public void Add(long row)
    {
        Count++;
        if (_first.Count < Named)
        {
            _first.Add(row);
        }
    }

    /// <summary>Gives text that begins a sentence, such as <c>Row 3</c> or <c>3 rows (1, 4, 5)</c>.</summary>
    public override string ToString() => Count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"Row {_first[0]}")
        : string.Create(
            CultureInfo.InvariantCulture, $"{Count} rows ({string.Join(", ", _first)}{(Count > Named ? ", …" : string.Empty)})");
}
