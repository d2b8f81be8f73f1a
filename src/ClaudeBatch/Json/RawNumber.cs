namespace ClaudeBatch;

/// <summary>A number of JSON that no number of .NET has exactly, such as <c>1e400</c>. It is written to JSON as it came.</summary>
/// <param name="text">The number as it stands in JSON.</param>
public sealed class RawNumber(string text) : IEquatable<RawNumber>
{
    public bool Equals(RawNumber? other) => other?.ToString() == text;

    public override bool Equals(object? obj) => Equals(obj as RawNumber);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => text;
}
