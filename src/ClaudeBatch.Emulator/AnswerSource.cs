using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Makes what the emulated model answers.</summary>
internal sealed class AnswerSource
{
    private readonly Dictionary<string, ScriptedAnswer>? _scripted;

    private readonly bool _fromSchema;

    private readonly EmulatorPlan _plan;

    /// <param name="answers">What the plan says of answers, or the path of a file of them.</param>
    /// <param name="plan">The plan.</param>
    public AnswerSource(string answers, EmulatorPlan plan)
    {
        _plan = plan;
        _fromSchema = answers == "schema";
        if (answers is "schema" or "echo")
        {
            return;
        }

        _scripted = new Dictionary<string, ScriptedAnswer>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(answers).Where(static l => l.Length > 0))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            _scripted[document.RootElement.GetProperty("custom_id").GetString()!] = ScriptedAnswer.From(document.RootElement);
        }
    }

    /// <summary>
    /// Gives the answer to a request: what the script has as content; else the pauses and the calls of the plan. Where the request forces a tool, the tool
    /// is passed what the script has, if that is an object, else what fits the tool's schema. Else the answer is the script's text, or of a schema, or what
    /// was said last.
    /// </summary>
    public Said To(string customId, JsonElement parameters)
    {
        ScriptedAnswer? scripted = _scripted?.GetValueOrDefault(customId);
        if (scripted?.Content is { } content)
        {
            return Given(content, scripted.StopReason);
        }

        (int rounds, int pauses) = Conversation.Standing(parameters);
        Chances chances = new(_plan.Seed, rounds + pauses == 0 ? customId : $"{customId}\n{rounds}\n{pauses}");
        List<SaidBlock> blocks =
            [.. Conversation.Unfinished(parameters).Select(static u => new SaidBlock(Conversation.Text(u, "id")!, SaidKind.Found))];
        bool hasFound = blocks.Count > 0;
        if (pauses < _plan.Pauses && rounds == 0 && WebSearch.IsIn(parameters))
        {
            blocks.Add(new SaidBlock($"query {pauses + 1} of {customId}", SaidKind.Search));
            return new Said(blocks, "pause_turn");
        }

        List<JsonElement> tools = CalledTools.Of(parameters, _plan, rounds, chances);
        if (tools.Count > 0)
        {
            blocks.AddRange(tools.Select(tool => new SaidBlock(
                CalledTools.IsForced(parameters) && scripted?.Text is { } text && IsObject(text)
                    ? text
                    : SchemaSample.Of(tool.GetProperty("input_schema"), chances),
                SaidKind.Call,
                tool.GetProperty("name").GetString())));
            return new Said(blocks, "tool_use");
        }

        blocks.Add(new SaidBlock(
            scripted?.Text
                ?? (_fromSchema && Schema(parameters) is { } schema ? SchemaSample.Of(schema, chances) : Echo(parameters)),
            hasFound ? SaidKind.CitedText : SaidKind.Text));
        return new Said(blocks, "end_turn");
    }

    private static Said Given(string content, string? stopReason)
    {
        using JsonDocument document = JsonDocument.Parse(content);
        JsonElement[] blocks = [.. document.RootElement.EnumerateArray()];
        return new Said(
            [.. blocks.Select(static b => new SaidBlock(b.GetRawText(), SaidKind.Raw))],
            stopReason ?? (blocks.Any(static b => Conversation.TypeOf(b) == "tool_use") ? "tool_use" : "end_turn"),
            IsGiven: true);
    }

    // What was said last: the results of tools, or the user's text.
    private static string Echo(JsonElement parameters)
    {
        string results = string.Join('\n', Conversation.LastResults(parameters).Select(static r => r.Content));
        return results.Length > 0 ? results : Conversation.LastUserText(parameters);
    }

    private static bool IsObject(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonElement? Schema(JsonElement parameters)
        => parameters.TryGetProperty("output_config", out JsonElement config)
            && config.TryGetProperty("format", out JsonElement format)
            && format.ValueKind == JsonValueKind.Object
            && format.TryGetProperty("schema", out JsonElement schema)
            ? schema
            : null;
}
