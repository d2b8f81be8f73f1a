namespace ClaudeBatch.Core.Requests;

/// <summary>A row of the user's, as a template sees it.</summary>
public interface IRow
{
    /// <summary>Which row of the input it is, from 1; for messages.</summary>
    long Number { get; }

    /// <summary>The names it has; for messages.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>The value at a path such as <c>a.b</c>, or the row itself for <c>_</c>, as invariant text.</summary>
    /// <returns>False when the row has no such property.</returns>
    bool TryGetText(string path, out string text);
}
