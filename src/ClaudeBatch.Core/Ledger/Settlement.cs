using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Core.Ledger;

/// <summary>What the account's lists have shown so far of a create whose reply was lost. Times are the service's.</summary>
public sealed record Settlement
{
    /// <summary>Lists in a row that showed no batch that could be it.</summary>
    public int EmptyLists { get; init; }

    public DateTime? EmptySince { get; init; }

    /// <summary>Batches that could be it.</summary>
    public IReadOnlyList<Sighting> Candidates { get; init; } = [];

    /// <summary>Batches that could have been it, and whose answers turned out to be somebody else's.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>Why nobody but a person can decide; null while it may still be settled.</summary>
    public string? Ambiguity { get; init; }

    internal static Settlement? Parse(string? json)
        => json is null ? null : JsonSerializer.Deserialize(json, SettlementJson.Default.Settlement);

    internal string ToJson() => JsonSerializer.Serialize(this, SettlementJson.Default.Settlement);
}

/// <param name="Id">The service's id of a batch that could be ours.</param>
/// <param name="Lists">In how many lists it stood.</param>
/// <param name="Since">The first of them.</param>
/// <param name="CreatedAt">When the service made it.</param>
/// <param name="Matches">Whether the set of its answers' ids is the part's; null until it has ended.</param>
public sealed record Sighting(string Id, int Lists, DateTime Since, DateTime CreatedAt, bool? Matches = null);

[JsonSerializable(typeof(Settlement))]
internal sealed partial class SettlementJson : JsonSerializerContext;
