using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Measures;

/// <summary>The rows of one job, by their places in a <see cref="RowPlaces"/>, and what is counted of them.</summary>
/// <param name="name">The name of the job.</param>
/// <param name="places">The places, which all jobs that are compared share.</param>
/// <param name="needsLabel">Whether a row counts only where it is known which label is right.</param>
public sealed class MeasuredJob(string name, RowPlaces places, bool needsLabel)
{
    private readonly List<MeasuredRow> _rows = [];

    private readonly Dictionary<int, GroupFigures> _groups = [];

    public string Name { get; } = name;

    /// <summary>The variant of the rows, where those of a job are measured apart; its name is null of rows that are none.</summary>
    public Variant? Variant { get; init; }

    /// <summary>The name of the variant, which is empty of rows that are none; null where variants are not measured apart.</summary>
    public string? VariantName => Variant is { } variant ? variant.Name ?? string.Empty : null;

    /// <summary>Whether a row counts only where it is known which label is right.</summary>
    public bool NeedsLabel { get; } = needsLabel;

    /// <summary>The rows by their places; those that the job does not have are <see cref="MeasuredRow.Absent"/>.</summary>
    public IReadOnlyList<MeasuredRow> Rows => _rows;

    public IReadOnlyDictionary<int, GroupFigures> Groups => _groups;

    /// <summary>Takes a row of the job.</summary>
    /// <param name="customId">The id of its request.</param>
    /// <param name="row">What is known of it.</param>
    /// <param name="picodollars">What it has cost; null where that is not known.</param>
    [MethodImpl(Hot.AtOnce)]
    public void Add(string customId, MeasuredRow row, long? picodollars)
    {
        int place = places.Of(Ledger.Variant.RowOf(customId, Variant?.Name));
        while (_rows.Count <= place)
        {
            _rows.Add(MeasuredRow.Absent);
        }

        _rows[place] = row;
        if (!_groups.TryGetValue(row.Group, out GroupFigures? group))
        {
            _groups.Add(row.Group, group = new GroupFigures(NeedsLabel));
        }

        group.Add(row, picodollars);
    }

    /// <summary>Gives the row at a place.</summary>
    public MeasuredRow At(int place) => place < _rows.Count ? _rows[place] : MeasuredRow.Absent;
}
