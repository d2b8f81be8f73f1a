using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Core.Ledger;

/// <summary>What the account's lists have shown so far of a batch whose create got no reply that can be relied on.</summary>
public sealed record Settlement
{
    /// <summary>How many lists in a row showed no batch that could be this one.</summary>
    public int EmptyLists { get; init; }

    /// <summary>The seconds that have passed from the first to the last of these lists, by <see cref="ListTime.Since"/>.</summary>
    public double EmptySeconds { get; init; }

    /// <summary>The batches of the last list that could be this one.</summary>
    public IReadOnlyList<Sighting> Candidates { get; init; } = [];

    /// <summary>The service's ids of batches that could have been this one and turned out to have the answers of somebody else.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>Why only a person can decide; null while it may still be settled.</summary>
    public string? Ambiguity { get; init; }

    /// <summary>When the last list was taken; null before the first one, and in ledgers of earlier versions.</summary>
    public ListTime? LastList { get; init; }

    /// <summary>Whether the lists have shown that the service does not have it, and a person has to say that it is sent again.</summary>
    public bool IsAbsent { get; init; }

    internal static Settlement? Parse(string? json)
        => json is null ? null : JsonSerializer.Deserialize(json, SettlementJson.Default.Settlement);

    internal string ToJson() => JsonSerializer.Serialize(this, SettlementJson.Default.Settlement);
}

[JsonSerializable(typeof(Settlement))]
internal sealed partial class SettlementJson : JsonSerializerContext;
