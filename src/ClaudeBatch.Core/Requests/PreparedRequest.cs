namespace ClaudeBatch.Core.Requests;

/// <summary>A request ready to be sent.</summary>
/// <param name="CustomId">Its id.</param>
/// <param name="Utf8">Its exact bytes, <c>{"custom_id":…,"params":…}</c>.</param>
/// <param name="Model">As it stands in the params; empty when there is none.</param>
/// <param name="MaxTokens">As it stands in the params; 0 when there is none.</param>
public readonly record struct PreparedRequest(string CustomId, ReadOnlyMemory<byte> Utf8, string Model, int MaxTokens);
