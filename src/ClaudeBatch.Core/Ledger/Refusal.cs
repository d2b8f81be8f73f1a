using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The reply that refused a create call.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="IsService">Whether the body was the service's error object. Otherwise something between here and the service may have
/// replied in its place, and the service may have the batch.</param>
/// <param name="Words">The service's message, or the first words of what came instead.</param>
/// <param name="At">The UTC time at which the reply came, by our clock.</param>
/// <param name="IsListed">Whether a list of the account was taken since.</param>
internal sealed record Refusal(int Status, bool IsService, string Words, DateTime At, bool IsListed = false)
{
    public static Refusal? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize(json, RefusalJson.Default.Refusal);

    public string ToJson() => JsonSerializer.Serialize(this, RefusalJson.Default.Refusal);
}

[JsonSerializable(typeof(Refusal))]
internal sealed partial class RefusalJson : JsonSerializerContext;
