using System.Globalization;

namespace ClaudeBatch.Core.Requests;

/// <summary>A fault, and the requests that have it.</summary>
public sealed class Finding(RequestFault fault)
{
    /// <summary>The ids kept of a fault; its rows are kept all.</summary>
    public const int MostCustomIds = 1_000;

    private const int Named = 5;

    private readonly List<long> _rows = [];

    private readonly List<string> _customIds = [];

    public RequestFault Fault => fault;

    /// <summary>From 1, in the order of the input.</summary>
    public IReadOnlyList<long> Rows => _rows;

    /// <summary>The first of them.</summary>
    public IReadOnlyList<string> CustomIds => _customIds;

    /// <summary>The requests and the fault in a sentence.</summary>
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
