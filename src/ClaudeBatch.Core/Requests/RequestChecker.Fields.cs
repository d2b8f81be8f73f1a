using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>Fields that are looked at by name alone, and those that no batch takes.</content>
public sealed partial class RequestChecker
{
    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal)
    {
        "model", "max_tokens", "messages", "system", "cache_control", "thinking", "output_config", "tools", "tool_choice", "stop_sequences",
        "metadata", "service_tier", "inference_geo", "container", "diagnostics", "stream", "speed", "temperature", "top_p", "top_k",
        "context_management", "mcp_servers", "fallbacks", "fallback_credit_token", "billing_policy", "compaction", "output_format",
    };

    /// <summary>What a batch does not take, and why: its items run alone, at the service's own pace, with nobody waiting.</summary>
    private static readonly Dictionary<string, string> s_refused = new(StringComparer.Ordinal)
    {
        ["stream"] = "nobody waits for the answer",
        ["speed"] = "a batch runs at the service's own pace",
        ["fallbacks"] = "send what was refused again with another model, by Invoke-ClaudeBatchRetry -Model",
        ["thread"] = "threads are for single messages; send the conversation with each request",
        ["store"] = "threads are for single messages; send the conversation with each request",
        ["previous_thread_event_id"] = "threads are for single messages; send the conversation with each request",
        ["cache_hint"] = "mark what is shared with cache_control",
        ["context_hint"] = "mark what is shared with cache_control",
        ["research_preview_2026_02"] = "it is for single messages",
    };

    private void OtherField(ref Utf8JsonReader reader)
    {
        string name = reader.GetString()!;
        reader.Read();
        switch (name)
        {
            case "temperature" or "top_p" or "top_k" when apiVersion == Api.ServiceConnection.DefaultApiVersion:
                Error(
                    "SamplingRefused",
                    $"'{name}' is no longer taken under API version {apiVersion}; leave it out, and steer with the prompt or -Effort, or connect with -ApiVersion 2023-06-01.");
                break;
            case "temperature" or "top_p" or "top_k":
                _facts.Sampling ??= IsChanged(name, ref reader) ? name : null;
                break;
            case "cache_control" when reader.TokenType == JsonTokenType.StartObject:
                Breakpoint(ref reader);
                return;
            case "inference_geo" when reader.TokenType != JsonTokenType.Null:
                _facts.NamesInferenceGeo = true;
                _facts.InferenceGeo = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("us"u8) ? "us" : null;
                break;
            case "tools":
                Tools(reader);
                break;
            case "mcp_servers" when reader.TokenType == JsonTokenType.StartArray:
                _facts.Tools.ReachesMcpServers = true;
                break;
            case "tool_choice":
                _facts.ToolChoice = TextIn(reader, "type"u8);
                break;
            case "billing_policy" when TextIn(reader, "bill_to"u8) is { } payer && payer != "self":
                Error("FieldRefused", $"'billing_policy' bills '{payer}'; a batch is paid by the account that sends it ('self').");
                break;
            case var _ when s_refused.TryGetValue(name, out string? why):
                if (!IsOff(ref reader))
                {
                    Error("FieldRefused", $"'{name}' is not taken in a batch; leave it out: {why}.");
                }

                break;
            case var _ when !s_known.Contains(name):
                Warning("FieldUnknown", $"'{name}' is not a field of a request that is known here; the service refuses fields it does not know.");
                break;
        }

        Walk(ref reader);
    }

    private static bool IsOff(ref Utf8JsonReader reader)
        => reader.TokenType is JsonTokenType.Null or JsonTokenType.False
            || (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("inactive"u8));

    // The service documents 1 for temperature and nothing for the others; what lets everything through changes nothing.
    private static bool IsChanged(string name, ref Utf8JsonReader reader)
        => reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out decimal value) && name switch
        {
            "temperature" => value != 1,
            "top_p" => value < 0.99m,
            _ => value > 0,
        };

    // The reader is a copy, so that whoever gave it reads on from where it was.
    private static string? TextIn(Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }

    private void Tools(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? type = null;
            string? advisor = null;
            long? mostUses = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isType = reader.ValueTextEquals("type"u8);
                bool isModel = reader.ValueTextEquals("model"u8);
                bool isUses = reader.ValueTextEquals("max_uses"u8);
                reader.Read();
                type = isType && reader.TokenType == JsonTokenType.String ? reader.GetString() : type;
                advisor = isModel && reader.TokenType == JsonTokenType.String ? reader.GetString() : advisor;
                mostUses = isUses && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long uses) ? uses : mostUses;
                reader.Skip();
            }

            _facts.Tools.Add(type, advisor, mostUses);
        }
    }
}
