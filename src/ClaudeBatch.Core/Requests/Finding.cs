using System.Globalization;

namespace ClaudeBatch.Core.Requests;

/// <summary>A fault and the requests that have it.</summary>
public sealed class Finding(RequestFault fault)
{
    /// <summary>The most custom ids that are kept for a fault, because a million of them would take too much memory.</summary>
    public const int MostCustomIds = 1_000;

    private const int Named = 5;

    private readonly List<long> _rows = [];

    private readonly List<string> _customIds = [];

    public RequestFault Fault => fault;

    /// <summary>The rows of all requests that have the fault, from 1, in the order of the input.</summary>
    public IReadOnlyList<long> Rows => _rows;

    /// <summary>The custom ids of the first <see cref="MostCustomIds"/> of these requests.</summary>
    public IReadOnlyList<string> CustomIds => _customIds;

    /// <summary>Gives a text for a person with the first request, the fault, and the next rows that have it.</summary>
    public override string ToString()
    {
        string others = _rows.Count == 1
            ? string.Empty
            : string.Create(
                CultureInfo.InvariantCulture,
                $" The same holds for {_rows.Count - 1} more: row "
                    + $"{string.Join(", ", _rows.Skip(1).Take(Named))}{(_rows.Count > Named + 1 ? ", …" : ".")}");
        return string.Create(CultureInfo.InvariantCulture, $"Request '{_customIds[0]}' (row {_rows[0]}): {fault.Message}{others}");
    }

    internal void Add(long row, string customId)
    {
        _rows.Add(row);
        if (_customIds.Count < MostCustomIds)
        {
            _customIds.Add(customId);
        }
    }
}
