using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Json;

namespace ClaudeBatch.Output;

/// <summary>What is gathered of each variant of a job's rows, in the order in which they came; or of all rows together.</summary>
/// <typeparam name="T">What is gathered.</typeparam>
/// <param name="areApart">Whether variants are told apart.</param>
/// <param name="make">Makes one: of a variant, or of all rows where it gets null.</param>
internal sealed class VariantGroups<T>(bool areApart, Func<Variant?, T> make)
    where T : class
{
    private readonly List<(string? Name, T Group)> _groups = areApart ? [] : [(null, make(null))];

    /// <summary>All of them; one of its own where no row came.</summary>
    public IReadOnlyCollection<T> All => _groups.Count == 0 ? [make(new Variant(null))] : [.. _groups.Select(static g => g.Group)];

    /// <summary>Gives the one that a row belongs to.</summary>
    [MethodImpl(Hot.AtOnce)]
    public T Of(string? variant)
    {
        if (!areApart)
        {
            return _groups[0].Group;
        }

        foreach ((string? name, T group) in _groups)
        {
            if (name == variant)
            {
                return group;
            }
        }

        T made = make(new Variant(variant));
        _groups.Add((variant, made));
        return made;
    }
}

/// <summary>Whether variants are to be told apart.</summary>
internal static class VariantGroups
{
    public const string Column = nameof(BatchResult.Variant);

    /// <param name="groupBy">What -GroupBy says.</param>
    public static bool AreAsked(object? groupBy)
        => ForeignValue.Bare(groupBy) is string column && column.Equals(Column, StringComparison.OrdinalIgnoreCase);
}
