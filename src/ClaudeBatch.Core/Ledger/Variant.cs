namespace ClaudeBatch.Core.Ledger;

/// <summary>One of the ways in which the rows of a job are asked.</summary>
/// <param name="Name">Its name; null for the rows that are asked in one way.</param>
public readonly record struct Variant(string? Name)
{
    /// <summary>Stands in an id between the id of the row and the name of the variant.</summary>
    public const char Mark = '_';

    /// <summary>Gives the id that all variants of a row share.</summary>
    /// <param name="customId">The id of the request.</param>
    /// <param name="name">The name of its variant; null where it is none.</param>
    public static string RowOf(string customId, string? name)
        => name is null || customId.Length <= name.Length || customId[^(name.Length + 1)] != Mark
            || !customId.EndsWith(name, StringComparison.Ordinal)
            ? customId
            : customId[..^(name.Length + 1)];
}
