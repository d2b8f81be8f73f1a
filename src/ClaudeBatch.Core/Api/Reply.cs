namespace ClaudeBatch.Core.Api;

/// <summary>An answer of the service with what its headers said.</summary>
/// <param name="Value">The parsed body.</param>
/// <param name="Headers">What the headers said.</param>
public sealed record Reply<T>(T Value, ReplyHeaders Headers);
