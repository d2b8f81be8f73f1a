namespace ClaudeBatch.Core.Requests;

/// <summary>An input object that a template takes values from.</summary>
public interface IRow
{
    /// <summary>The number of the row in the input, from 1, for error messages.</summary>
    long Number { get; }

    /// <summary>The names of its properties, for error messages.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>Gets the value at a path as text of the invariant culture.</summary>
    /// <param name="path">The names of nested properties, such as <c>a.b</c>; <c>_</c> for the row itself.</param>
    /// <param name="text">The value.</param>
    /// <returns>False when the row has no such property.</returns>
    bool TryGetText(string path, out string text);
}
