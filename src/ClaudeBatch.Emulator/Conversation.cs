using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>What the messages of a request say of the rounds before it, so that the emulator need not remember any.</summary>
internal static class Conversation
{
    /// <summary>Gives the blocks of a message; none where its content is a text.</summary>
    public static IEnumerable<JsonElement> Blocks(JsonElement message)
        => message.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array
            ? content.EnumerateArray()
            : [];

    public static string? Text(JsonElement of, string name)
        => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static string? TypeOf(JsonElement block) => Text(block, "type");

    /// <summary>Tells whether a block calls a tool that the service runs.</summary>
    public static bool IsServerUse(JsonElement block) => TypeOf(block) is "server_tool_use" or "mcp_tool_use";

    /// <summary>Tells whether a block is the result of a tool that the service runs.</summary>
    public static bool IsServerResult(JsonElement block)
        => TypeOf(block) is { } type && type != "tool_result" && type.EndsWith("_tool_result", StringComparison.Ordinal);

    public static bool IsOf(JsonElement message, string role) => Text(message, "role") == role;

    /// <summary>
    /// Counts since the last question how often the model has called tools of the user, and how often it has only begun with the service's.
    /// </summary>
    public static (int Rounds, int Pauses) Standing(JsonElement parameters)
    {
        (int rounds, int pauses) = (0, 0);
        foreach (JsonElement message in parameters.GetProperty("messages").EnumerateArray())
        {
            if (IsOf(message, "user") && !Blocks(message).Any(static b => TypeOf(b) == "tool_result"))
            {
                (rounds, pauses) = (0, 0);
            }
            else if (IsOf(message, "assistant"))
            {
                bool calls = Blocks(message).Any(static b => TypeOf(b) == "tool_use");
                rounds += calls ? 1 : 0;
                pauses += !calls && Blocks(message).Any(IsServerUse) ? 1 : 0;
            }
        }

        return (rounds, pauses);
    }

    /// <summary>Gives the calls of the service's tools that have no result yet.</summary>
    public static IEnumerable<JsonElement> Unfinished(JsonElement parameters)
    {
        JsonElement[] blocks = [.. parameters.GetProperty("messages").EnumerateArray()
            .Where(static m => IsOf(m, "assistant")).SelectMany(Blocks)];
        HashSet<string?> done = [.. blocks.Where(IsServerResult).Select(static b => Text(b, "tool_use_id"))];
        return blocks.Where(b => IsServerUse(b) && !done.Contains(Text(b, "id")));
    }

    /// <summary>Gives the last text of the user. What only returns the results of tools has none.</summary>
    public static string LastUserText(JsonElement parameters)
    {
        string text = string.Empty;
        foreach (JsonElement message in parameters.GetProperty("messages").EnumerateArray().Where(static m => IsOf(m, "user")))
        {
            string said = TextOf(message.GetProperty("content"));
            bool answersCalls = Blocks(message).Any(static b => TypeOf(b) == "tool_result");
            text = said.Length == 0 && answersCalls ? text : said;
        }

        return text;
    }

    /// <summary>Gives the results of tools with which the conversation ends; none where it ends otherwise.</summary>
    public static IReadOnlyList<GivenToolResult> LastResults(JsonElement parameters)
    {
        JsonElement last = parameters.GetProperty("messages").EnumerateArray().Last();
        return [.. Blocks(last).Where(static b => TypeOf(b) == "tool_result").Select(static b => new GivenToolResult(
            Text(b, "tool_use_id") ?? string.Empty,
            b.TryGetProperty("content", out JsonElement content) && content.ValueKind is JsonValueKind.String or JsonValueKind.Array
                ? TextOf(content)
                : string.Empty,
            b.TryGetProperty("is_error", out JsonElement isError) && isError.ValueKind == JsonValueKind.True))];
    }

    private static string TextOf(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString()!;
        }

        IEnumerable<string?> texts = content.EnumerateArray()
            .Where(static b => b.TryGetProperty("text", out _))
            .Select(static b => b.GetProperty("text").GetString());
        return string.Join('\n', texts);
    }
}
