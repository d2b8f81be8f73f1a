using System.Runtime.CompilerServices;
using System.Text.Unicode;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core;

namespace ClaudeBatch.Output;

/// <summary>The row of a result by the places of its values. It is looked at once for each shape of rows, by its names as bytes.</summary>
internal sealed class PlainRow(ResultColumns columns)
{
    // Rows of more shapes than this are rare, and looked at anew.
    private const int MostShapes = 32;

    private readonly JsonMembers _members = new();

    private readonly List<RowShape> _shapes = [];

    /// <summary>The shape of the row that was read last.</summary>
    public RowShape Shape { get; private set; } = new([], new JsonMembers(), columns);

    /// <summary>Where a value of the row stands.</summary>
    public Range this[int member] => _members.Value(member);

    /// <summary>Reads a row. Returns false where its object may have other properties than its JSON.</summary>
    /// <param name="row">The row as the ledger keeps it; empty where there is none.</param>
    [MethodImpl(Hot.AtOnce)]
    public bool TryRead(ReadOnlySpan<byte> row)
    {
        if (row.IsEmpty)
        {
            _members.Clear();
        }
        else if (!_members.TryRead(row) || !Utf8.IsValid(row))
        {
            return false;
        }

        if (!Shape.IsOf(row, _members))
        {
            Shape = ShapeOf(row);
        }

        return Shape.IsPlain;
    }

    private RowShape ShapeOf(ReadOnlySpan<byte> row)
    {
        foreach (RowShape known in _shapes)
        {
            if (known.IsOf(row, _members))
            {
                return known;
            }
        }

        if (_shapes.Count == MostShapes)
        {
            _shapes.Clear();
        }

        RowShape shape = new(row, _members, columns);
        _shapes.Add(shape);
        return shape;
    }
}
