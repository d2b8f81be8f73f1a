using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Checks the params of a request and answers with the messages of the service. The service checks the requests of a batch only when
/// the batch runs.
/// </summary>
internal static class ParamsCheck
{
    /// <returns>The error, or null when the service would accept the params.</returns>
    public static ServiceError? Fault(JsonElement parameters, string apiVersion, bool inBatch, string? betas = null)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
        {
            return ServiceError.Invalid("Input should be a valid dictionary or object to extract fields from");
        }

        return FieldFault(parameters, apiVersion)
            ?? (inBatch ? BatchFault(parameters) : null)
            ?? ModelFault(parameters, out EmulatedModel? model)
            ?? MaxTokensFault(parameters, model!)
            ?? ContentCheck.OfSystem(parameters)
            ?? MessagesFault(parameters, model!)
            ?? ShapeFault(parameters)
            ?? SimpleFault(parameters)
            ?? ToolCheck.Fault(parameters)
            ?? ModelRulesCheck.Fault(parameters, model!)
            ?? ConversationCheck.Fault(parameters)
            ?? WebSearch.Fault(parameters)
            ?? ThinkingCheck.Fault(parameters, model!, inBatch, betas);
    }

    private static ServiceError? FieldFault(JsonElement parameters, string apiVersion)
    {
        foreach (JsonProperty field in parameters.EnumerateObject())
        {
            if (!EmulatedFields.Params.TryGetValue(field.Name, out EmulatedField? known) || known.GoneFrom == apiVersion)
            {
                return ServiceError.Invalid($"{field.Name}: Extra inputs are not permitted");
            }
        }

        return null;
    }

    private static ServiceError? BatchFault(JsonElement parameters)
    {
        foreach (JsonProperty field in parameters.EnumerateObject())
        {
            EmulatedField known = EmulatedFields.Params[field.Name];
            if (known.IsRefusedInBatch?.Invoke(field.Value) == true)
            {
                return ServiceError.Invalid(known.BatchRefusal);
            }
        }

        return null;
    }

    private static ServiceError? ModelFault(JsonElement parameters, out EmulatedModel? model)
    {
        model = null;
        if (!parameters.TryGetProperty("model", out JsonElement name) || name.ValueKind != JsonValueKind.String)
        {
            return ServiceError.Invalid("model: Field required");
        }

        model = EmulatedModels.Find(name.GetString()!);
        return model is null ? ServiceError.NotFound($"model: {name.GetString()}") : null;
    }

    private static ServiceError? MaxTokensFault(JsonElement parameters, EmulatedModel model)
    {
        if (!parameters.TryGetProperty("max_tokens", out JsonElement field))
        {
            return ServiceError.Invalid("max_tokens: Field required");
        }

        if (field.ValueKind != JsonValueKind.Number || !field.TryGetInt64(out long value))
        {
            return ServiceError.Invalid("max_tokens: Input should be a valid integer");
        }

        return value < 1
            ? ServiceError.Invalid("max_tokens: must be greater than or equal to 1")
            : value > model.MaxTokens
            ? ServiceError.Invalid(
                $"max_tokens: {value} > {model.MaxTokens}, which is the maximum allowed number of output tokens for {model.Id}")
            : null;
    }

    // The fields that the emulator looks into, each of its kind. The service checks more of them, and more in them.
    private static ServiceError? ShapeFault(JsonElement parameters)
    {
        const string notAnObject = "Input should be a valid dictionary or object to extract fields from";
        if (Given(parameters, "thinking") is { } thinking)
        {
            if (thinking.ValueKind != JsonValueKind.Object)
            {
                return ServiceError.Invalid($"thinking: {notAnObject}");
            }

            string? type = Text(thinking, "type");
            if (type is not ("adaptive" or "between_tools" or "disabled" or "enabled"))
            {
                return ServiceError.Invalid(type is null
                    ? "thinking: Unable to extract tag using discriminator 'type'"
                    : $"thinking: Input tag '{type}' found using 'type' does not match any of the expected tags: "
                        + "'adaptive', 'between_tools', 'disabled', 'enabled'");
            }
        }

        if (Given(parameters, "output_config") is not { } config)
        {
            return null;
        }

        if (config.ValueKind != JsonValueKind.Object)
        {
            return ServiceError.Invalid($"output_config: {notAnObject}");
        }

        if (Given(config, "effort") is not null && Text(config, "effort") is not ("low" or "medium" or "high" or "xhigh" or "max"))
        {
            return ServiceError.Invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
        }

        if (Given(config, "format") is not { } format)
        {
            return null;
        }

        return format.ValueKind != JsonValueKind.Object ? ServiceError.Invalid($"output_config.format: {notAnObject}")
            : Text(format, "type") != "json_schema" ? ServiceError.Invalid("output_config.format.type: Input should be 'json_schema'")
            : !format.TryGetProperty("schema", out JsonElement schema) ? ServiceError.Invalid("output_config.format.schema: Field required")
            : SchemaCheck.Fault(schema, "output_config.format.schema");
    }

    private static ServiceError? SimpleFault(JsonElement parameters)
    {
        if (Given(parameters, "stop_sequences") is { } stops && (stops.ValueKind != JsonValueKind.Array
            || stops.EnumerateArray().Any(static s => s.ValueKind != JsonValueKind.String)))
        {
            return ServiceError.Invalid("stop_sequences: Input should be a valid list of strings");
        }

        if (Given(parameters, "metadata") is { } metadata && (metadata.ValueKind != JsonValueKind.Object
            || (Given(metadata, "user_id") is { } user && (user.ValueKind != JsonValueKind.String || user.GetString()!.Length > 512))))
        {
            return ServiceError.Invalid("metadata.user_id: Input should be a string of at most 512 characters");
        }

        if (Given(parameters, "service_tier") is not null && Text(parameters, "service_tier") is not ("auto" or "standard_only"))
        {
            return ServiceError.Invalid("service_tier: Input should be 'auto' or 'standard_only'");
        }

        if (Given(parameters, "thinking") is { } thinking)
        {
            if (Given(thinking, "display") is not null && Text(thinking, "display") is not ("summarized" or "omitted"))
            {
                return ServiceError.Invalid("thinking.display: Input should be 'summarized' or 'omitted'");
            }

            if (Text(thinking, "type") is { } type and not "enabled" && Given(thinking, "budget_tokens") is not null)
            {
                return ServiceError.Invalid($"thinking.{type}.budget_tokens: Extra inputs are not permitted");
            }
        }

        return null;
    }

    // A field that is null is as one that is not there.
    private static JsonElement? Given(JsonElement of, string name)
        => of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement of, string name)
        => Given(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static ServiceError? MessagesFault(JsonElement parameters, EmulatedModel model)
    {
        if (!parameters.TryGetProperty("messages", out JsonElement messages))
        {
            return ServiceError.Invalid("messages: Field required");
        }

        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            return ServiceError.Invalid("messages: at least one message is required");
        }

        int index = 0;
        bool isPrefill = false;
        foreach (JsonElement message in messages.EnumerateArray())
        {
            string? role = message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out JsonElement r)
                && r.ValueKind == JsonValueKind.String
                ? r.GetString()
                : null;
            if (role is not ("user" or "assistant" or "system"))
            {
                return ServiceError.Invalid($"messages.{index}.role: Input should be 'user' or 'assistant'");
            }

            foreach (JsonProperty field in message.EnumerateObject())
            {
                if (field.Name is not ("role" or "content"))
                {
                    return ServiceError.Invalid($"messages.{index}.{field.Name}: Extra inputs are not permitted");
                }
            }

            if (ContentCheck.OfMessage(message, index) is { } fault)
            {
                return fault;
            }

            isPrefill = role == "assistant" && !ConversationCheck.IsPaused(message);
            index++;
        }

        return isPrefill && model.Refuses.HasFlag(Refused.Prefill)
            ? ServiceError.Invalid("This model does not support assistant message prefill. The conversation must end with a user message.")
            : null;
    }
}
