using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Checks that each call of a tool has its result, and each result its call. The words on calls and results of the user's tools are the service's; the
/// others are this project's own.
/// </summary>
internal static class ConversationCheck
{
    private static readonly string[] s_resultContent = ["text", "image", "document", "search_result", "tool_reference", "browser_state"];

    /// <returns>The error, or null when the service would take the messages.</returns>
    public static ServiceError? Fault(JsonElement parameters)
    {
        JsonElement[] messages = [.. parameters.GetProperty("messages").EnumerateArray()];
        HashSet<string?> called = [];
        for (int i = 0; i < messages.Length; i++)
        {
            bool isAssistant = Conversation.IsOf(messages[i], "assistant");
            JsonElement[] calls = isAssistant ? Calls(messages[i]) : [];
            if (calls.Any(c => !called.Add(Conversation.Text(c, "id"))))
            {
                return ServiceError.Invalid($"messages.{i}: `tool_use` ids must be unique");
            }

            ServiceError? fault = isAssistant
                ? UnansweredFault(calls, messages.ElementAtOrDefault(i + 1), i) ?? ServerFault(parameters, messages, i, calls.Length > 0)
                : ResultFault(messages, i);
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>Tells whether the assistant may go on with its own last turn, which ended in a pause.</summary>
    public static bool IsPaused(JsonElement message) => Conversation.Blocks(message).Any(Conversation.IsServerUse);

    private static JsonElement[] Calls(JsonElement message)
        => [.. Conversation.Blocks(message).Where(static b => Conversation.TypeOf(b) == "tool_use")];

    private static ServiceError? UnansweredFault(JsonElement[] calls, JsonElement answer, int index)
    {
        HashSet<string?> answered = Conversation.IsOf(answer, "user")
            ? [.. Results(answer).Select(static r => Conversation.Text(r, "tool_use_id"))]
            : [];
        string?[] missing = [.. calls.Select(static c => Conversation.Text(c, "id")).Where(id => !answered.Contains(id))];
        return missing.Length == 0 ? null : ServiceError.Invalid(
            $"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {string.Join(", ", missing)}. "
                + "Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
    }

    // Results stand before all else; what comes after something else is none.
    private static IEnumerable<JsonElement> Results(JsonElement message)
        => Conversation.Blocks(message).TakeWhile(static b => Conversation.TypeOf(b) == "tool_result");

    private static ServiceError? ResultFault(JsonElement[] messages, int index)
    {
        HashSet<string?> calls = index > 0 && Conversation.IsOf(messages[index - 1], "assistant")
            ? [.. Calls(messages[index - 1]).Select(static b => Conversation.Text(b, "id"))]
            : [];
        HashSet<string> answered = new(StringComparer.Ordinal);
        int number = -1;
        foreach (JsonElement block in Conversation.Blocks(messages[index]))
        {
            number++;
            if (Conversation.TypeOf(block) != "tool_result")
            {
                continue;
            }

            string path = $"messages.{index}.content.{number}";
            if (Conversation.Text(block, "tool_use_id") is not { } id)
            {
                return ServiceError.Invalid($"{path}.tool_result.tool_use_id: Field required");
            }

            if (!calls.Contains(id))
            {
                return ServiceError.Invalid($"{path}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` "
                    + "block must have a corresponding `tool_use` block in the previous message.");
            }

            if (!answered.Add(id))
            {
                return ServiceError.Invalid(
                    $"{path}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id}");
            }

            if (ContentFault(block, path) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static ServiceError? ContentFault(JsonElement result, string path)
    {
        if (result.TryGetProperty("is_error", out JsonElement isError)
            && isError.ValueKind is not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null))
        {
            return ServiceError.Invalid($"{path}.tool_result.is_error: Input should be a valid boolean");
        }

        if (!result.TryGetProperty("content", out JsonElement content) || content.ValueKind is JsonValueKind.String or JsonValueKind.Null)
        {
            return null;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return ServiceError.Invalid($"{path}.tool_result.content: Input should be a valid list");
        }

        int index = 0;
        foreach (JsonElement block in content.EnumerateArray())
        {
            if (!s_resultContent.Contains(Conversation.TypeOf(block)))
            {
                return ServiceError.Invalid($"{path}.tool_result.content.{index}: Input tag '{Conversation.TypeOf(block)}' found using "
                    + "'type' does not match any of the expected tags");
            }

            index++;
        }

        return null;
    }

    // A tool of the service that has not run yet runs when the conversation goes on: it must still be there, and nothing but results may
    // come between.
    private static ServiceError? ServerFault(JsonElement parameters, JsonElement[] messages, int index, bool hasCalls)
    {
        foreach (JsonElement use in Conversation.Blocks(messages[index]).Where(Conversation.IsServerUse))
        {
            string? id = Conversation.Text(use, "id");
            if (HasResult(messages[index], id))
            {
                continue;
            }

            JsonElement[] rest = messages[(index + 1)..];
            JsonElement[] between = [.. rest.TakeWhile(static m => !Conversation.IsOf(m, "assistant"))];
            bool isResolved = rest.Length > between.Length && HasResult(rest[between.Length], id);
            string name = Conversation.Text(use, "name") ?? "server";
            if (between.Any(m => !hasCalls || !Conversation.Blocks(m).Any() || Results(m).Count() < Conversation.Blocks(m).Count()))
            {
                return ServiceError.Invalid(hasCalls
                    ? $"messages.{index + 1}: only `tool_result` blocks may follow while `{name}` with id {id} has no result"
                    : $"messages.{index}: `{name}` tool use with id {id} was found without a corresponding `{name}_tool_result` block");
            }

            if (!isResolved && rest.Length > between.Length)
            {
                return ServiceError.Invalid(
                    $"messages.{index}: `{name}` tool use with id {id} was found without a corresponding `{name}_tool_result` block");
            }

            if (!isResolved && Conversation.TypeOf(use) == "server_tool_use" && !IsDefined(parameters, name))
            {
                return ServiceError.Invalid($"messages.{index}: `{name}` with id {id} has no result, and `tools` does not define it");
            }
        }

        return null;
    }

    private static bool HasResult(JsonElement message, string? id)
        => Conversation.Blocks(message).Any(b => Conversation.IsServerResult(b) && Conversation.Text(b, "tool_use_id") == id);

    // The code execution tools go by several names in calls.
    private static bool IsDefined(JsonElement parameters, string name)
        => parameters.TryGetProperty("tools", out JsonElement tools) && tools.ValueKind == JsonValueKind.Array
            && tools.EnumerateArray().Any(t => !t.TryGetProperty("input_schema", out _) && (Conversation.Text(t, "name") == name
                || (name.EndsWith("code_execution", StringComparison.Ordinal) && Conversation.Text(t, "name") == "code_execution")));
}
