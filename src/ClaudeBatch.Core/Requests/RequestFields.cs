using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// The fields of a request, according to the reference of the service's Messages and Message Batches APIs and the types of its official
/// SDK, as of 2026-11-27. The checker, the token count and the parameters of templates use these tables. The emulator has its own, and a
/// test compares both with the service's list.
/// </summary>
public static class RequestFields
{
    private const string NoThreads = "threads are for single messages; send the conversation with each request";

    private const string UseBreakpoints = "mark what is shared with cache_control";

    /// <summary>The fields of a <c>cache_control</c>, which marks the end of what the service caches.</summary>
    public static RequestFieldTable CacheControl { get; } = new(
        new("type") { Kind = JsonTokenType.String, Form = "a text", Values = ["ephemeral"] },
        new("ttl", FieldReading.Ttl) { Kind = JsonTokenType.String, Form = "a text", Values = ["5m", "1h"] });

    /// <summary>
    /// The fields of the params, in the order in which a template writes them. The messages are last, because the fields before them are
    /// the same for all rows and can be cached.
    /// </summary>
    public static RequestFieldTable Params { get; } = new(
        new("model", FieldReading.Model) { IsRequired = true, IsCounted = true, Parameter = "Model", Kind = JsonTokenType.String },
        new("max_tokens", FieldReading.MaxTokens) { IsRequired = true, Parameter = "MaxTokens", Kind = JsonTokenType.Number },
        new("system", FieldReading.Blocks)
        {
            IsCounted = true,
            Parameter = "System",
            Kind = JsonTokenType.StartArray,
            Form = "a text or a list of blocks",
            IsAlsoText = true,
        },
        new("tools", FieldReading.Tools)
        {
            IsCounted = true,
            Parameter = "Tool",
            Kind = JsonTokenType.StartArray,
            Form = "a list of tools",
            Fields = new(
                new("type", FieldReading.ToolType) { Kind = JsonTokenType.String },
                new("model", FieldReading.ToolModel) { Kind = JsonTokenType.String },
                new("max_uses", FieldReading.ToolUses) { Kind = JsonTokenType.Number }),
        },
        new("tool_choice")
        {
            IsCounted = true,
            Parameter = "ToolChoice",
            Kind = JsonTokenType.StartObject,
            Form = "an object with a type",
            Fields = new(
                new("type", FieldReading.ToolChoiceType)
                {
                    Kind = JsonTokenType.String,
                    Form = "a text",
                    Values = ["auto", "any", "tool", "none"],
                },
                new("name", FieldReading.ToolChoiceName) { Kind = JsonTokenType.String, Form = "a text" }),
        },
        new("thinking", FieldReading.Thinking)
        {
            IsCounted = true,
            Parameter = "Thinking",
            Kind = JsonTokenType.StartObject,
            Form = "an object",
            Fields = new(
                new("type", FieldReading.ThinkingType) { Kind = JsonTokenType.String },
                new("budget_tokens", FieldReading.ThinkingBudget) { Kind = JsonTokenType.Number, Form = "a whole number" },
                new("block_binding", FieldReading.BlockBinding)
                {
                    Kind = JsonTokenType.StartObject,
                    Form = "an object",
                },
                new("display") { Kind = JsonTokenType.String, Form = "a text", Values = ["summarized", "omitted"] }),
        },
        new("output_config", FieldReading.Fields)
        {
            IsCounted = true,
            Kind = JsonTokenType.StartObject,
            Form = "an object",
            Fields = new(
                new("effort", FieldReading.Effort) { Parameter = "Effort", Kind = JsonTokenType.String },
                new("format", FieldReading.Format)
                {
                    Parameter = "OutputSchema",
                    Kind = JsonTokenType.StartObject,
                    Form = "an object",
                    Fields = new(
                        new("type") { Kind = JsonTokenType.String, Form = "a text", Values = ["json_schema"] },
                        new("schema", FieldReading.Schema)),
                }),
        },
        new("stop_sequences", FieldReading.Texts)
        {
            Parameter = "StopSequence",
            Kind = JsonTokenType.StartArray,
            Form = "a list of texts",
        },
        new("metadata")
        {
            Parameter = "Metadata",
            Kind = JsonTokenType.StartObject,
            Form = "an object",
            Fields = new(new RequestField("user_id", FieldReading.UserId) { Kind = JsonTokenType.String, Form = "a text" }),
        },
        new("cache_control", FieldReading.Breakpoint)
        {
            IsCounted = true,
            Kind = JsonTokenType.StartObject,
            Form = "an object",
            Fields = CacheControl,
        },
        new("service_tier") { Kind = JsonTokenType.String, Form = "a text", Values = ["auto", "standard_only"] },
        new("inference_geo", FieldReading.InferenceGeo),
        new("container"),
        new("diagnostics"),
        new("user_profile_id"),
        new("temperature", FieldReading.Sampling) { GoneFrom = "2026-10-21", Kind = JsonTokenType.Number },
        new("top_p", FieldReading.Sampling) { GoneFrom = "2026-10-21", Kind = JsonTokenType.Number },
        new("top_k", FieldReading.Sampling) { GoneFrom = "2026-10-21", Kind = JsonTokenType.Number },
        new("context_management") { Beta = "context-management-2025-06-27" },
        new("mcp_servers", FieldReading.McpServers) { Beta = "mcp-client-2026-09-15", Kind = JsonTokenType.StartArray },
        new("fallback_credit_token") { Beta = "fallback-credit-2026-07-01" },
        new("billing_policy")
        {
            Beta = "user-profiles-billing-2026-10-01",
            Kind = JsonTokenType.StartObject,
            Fields = new(new RequestField("bill_to", FieldReading.BillTo) { Kind = JsonTokenType.String }),
        },
        new("compaction") { Beta = "compact-2026-09-04" },
        new("output_format") { Beta = "structured-outputs-2025-11-13" },
        new("stream") { RefusedBecause = "nobody waits for the answer" },
        new("speed") { IsCounted = true, RefusedBecause = "a batch runs at the service's own pace" },
        new("fallbacks")
        {
            Beta = "server-side-fallback-2026-07-01",
            RefusedBecause = "send what was refused again with another model, by Invoke-ClaudeBatchRetry -Model",
        },
        new("thread") { Beta = "message-threads-2026-08-12", RefusedBecause = NoThreads },
        new("store") { RefusedBecause = NoThreads },
        new("previous_thread_event_id") { RefusedBecause = NoThreads },
        new("cache_hint") { RefusedBecause = UseBreakpoints },
        new("context_hint") { RefusedBecause = UseBreakpoints },
        new("research_preview_2026_02") { RefusedBecause = "it is for single messages" },
        new("messages", FieldReading.Messages)
        {
            IsRequired = true,
            IsCounted = true,
            Parameter = "Prompt",
            Kind = JsonTokenType.StartArray,
            Fields = new(
                new("role", FieldReading.Role) { Kind = JsonTokenType.String },
                new("content", FieldReading.MessageContent)),
        });

    /// <summary>The fields of an item of a batch, which is the object around the params.</summary>
    public static RequestFieldTable Item { get; } = new(
        new("custom_id", FieldReading.CustomId) { IsRequired = true, Parameter = "CustomId", Kind = JsonTokenType.String },
        new("params", FieldReading.Params) { IsRequired = true, Kind = JsonTokenType.StartObject, Fields = Params });
}
