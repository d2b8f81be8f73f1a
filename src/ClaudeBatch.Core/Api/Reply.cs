namespace ClaudeBatch.Core.Api;

/// <summary>A reply of the service: its body and its headers.</summary>
/// <param name="Value">The body, parsed.</param>
/// <param name="Headers">The headers that this module uses.</param>
public sealed record Reply<T>(T Value, ReplyHeaders Headers);
