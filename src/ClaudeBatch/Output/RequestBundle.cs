namespace ClaudeBatch.Output;

/// <summary>
/// Requests that one of our commands hands to the next one together, because the shell takes longer to hand over an object than it takes to make
/// a request.
/// </summary>
internal sealed class RequestBundle
{
    /// <summary>The most requests of a bundle.</summary>
    public const int Most = 100;

    public List<BatchRequest> Requests { get; } = new(Most);

    public bool IsFull => Requests.Count == Most;
}
