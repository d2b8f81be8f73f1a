namespace ClaudeBatch.Output;

/// <summary>What a result has in one column.</summary>
/// <param name="Section">The columns of a file are ordered by section, and within one in the order in which they were found.</param>
/// <param name="Name">The column's name.</param>
/// <param name="Value">The value.</param>
internal readonly record struct ResultCell(int Section, string Name, object? Value);
