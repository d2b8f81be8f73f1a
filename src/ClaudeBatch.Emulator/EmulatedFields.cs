using System.Collections.Frozen;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The fields that the emulated service accepts, from the API reference of 2026-11-27. The module's request checker has a table of its
/// own, so that a mistake in one of the two shows as a difference.
/// </summary>
internal static class EmulatedFields
{
    /// <summary>The fields of one request of a batch.</summary>
    public static FrozenSet<string> Item { get; } = new[] { "custom_id", "params" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>
    /// The fields of the params, by name. The refusal of <c>stream</c> was recorded from the service; the other refusals are this project's
    /// own wording.
    /// </summary>
    public static FrozenDictionary<string, EmulatedField> Params { get; } = new EmulatedField[]
    {
        new("billing_policy")
        {
            Beta = "user-profiles-billing-2026-10-01",
            IsRefusedInBatch = BillsSomebodyElse,
            BatchRefusal = "billing_policy.bill_to: only \"self\" is supported in the Message Batches API",
        },
        new("cache_control") { IsCounted = true },
        new("cache_hint") { IsRefusedInBatch = IsGiven },
        new("compaction") { Beta = "compact-2026-09-04" },
        new("container"),
        new("context_hint") { IsRefusedInBatch = IsGiven },
        new("context_management") { Beta = "context-management-2025-06-27" },
        new("diagnostics"),
        new("fallback_credit_token") { Beta = "fallback-credit-2026-07-01" },
        new("fallbacks") { Beta = "server-side-fallback-2026-07-01", IsRefusedInBatch = IsGiven },
        new("inference_geo"),
        new("max_tokens"),
        new("mcp_servers") { Beta = "mcp-client-2026-09-15" },
        new("messages") { IsCounted = true },
        new("metadata"),
        new("model") { IsCounted = true },
        new("output_config") { IsCounted = true },
        new("output_format") { Beta = "structured-outputs-2025-11-13" },
        new("previous_thread_event_id") { IsRefusedInBatch = IsGiven },
        new("research_preview_2026_02") { IsRefusedInBatch = static v => v.ValueKind == JsonValueKind.String && v.ValueEquals("active") },
        new("service_tier"),
        new("speed") { IsCounted = true, IsRefusedInBatch = IsGiven },
        new("stop_sequences"),
        new("store") { IsRefusedInBatch = static v => v.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) },
        new("stream")
        {
            IsRefusedInBatch = static v => v.ValueKind == JsonValueKind.True,
            BatchRefusal = "\"stream=True\" is not supported in the Message Batches API",
        },
        new("system") { IsCounted = true },
        new("temperature") { GoneFrom = "2026-10-21" },
        new("thinking") { IsCounted = true },
        new("thread") { Beta = "message-threads-2026-08-12", IsRefusedInBatch = IsGiven },
        new("tool_choice") { IsCounted = true },
        new("tools") { IsCounted = true },
        new("top_k") { GoneFrom = "2026-10-21" },
        new("top_p") { GoneFrom = "2026-10-21" },
        new("user_profile_id"),
    }.ToFrozenDictionary(static f => f.Name, StringComparer.Ordinal);

    private static bool IsGiven(JsonElement value) => value.ValueKind != JsonValueKind.Null;

    private static bool BillsSomebodyElse(JsonElement policy)
        => policy.ValueKind == JsonValueKind.Object
            && policy.TryGetProperty("bill_to", out JsonElement payer)
            && !(payer.ValueKind == JsonValueKind.String && payer.ValueEquals("self"));
}
