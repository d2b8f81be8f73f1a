namespace ClaudeBatch.Core.Results;

/// <summary>A text of an answer that stands on citations.</summary>
/// <param name="Text">The text.</param>
/// <param name="Citations">The citations, as the service's array.</param>
public readonly record struct CitedWords(string Text, ReadOnlyMemory<byte> Citations);
