using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Makes what the emulated model answers.</summary>
internal sealed class AnswerSource
{
    private readonly Dictionary<string, string>? _scripted;

    private readonly bool _fromSchema;

    private readonly int _seed;

    /// <param name="answers">What the plan says of answers, or the path of a file of them.</param>
    /// <param name="seed">The plan's seed.</param>
    public AnswerSource(string answers, int seed)
    {
        _seed = seed;
        _fromSchema = answers == "schema";
        if (answers is "schema" or "echo")
        {
            return;
        }

        _scripted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(answers).Where(static l => l.Length > 0))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            _scripted[document.RootElement.GetProperty("custom_id").GetString()!] = AnyText.Read(document.RootElement.GetProperty("text"));
        }
    }

    /// <summary>
    /// Gives the answer to a request. Where it must call a tool, it passes what the script has where that is an object, else what fits the
    /// tool's schema. Without an answer of the script or of a schema, it is the last text of the user.
    /// </summary>
    public Said To(string customId, JsonElement parameters)
    {
        string? scripted = _scripted?.GetValueOrDefault(customId);
        Chances chances = new(_seed, customId);
        if (ForcedTool.Of(parameters, chances) is { } tool)
        {
            return new Said(
                scripted is not null && IsObject(scripted) ? scripted : SchemaSample.Of(tool.GetProperty("input_schema"), chances),
                tool.GetProperty("name").GetString());
        }

        return new Said(scripted
            ?? (_fromSchema && Schema(parameters) is { } schema ? SchemaSample.Of(schema, chances) : LastUserText(parameters)));
    }

    /// <summary>Gives the last text of the user.</summary>
    public static string LastUserText(JsonElement parameters)
    {
        string text = string.Empty;
        foreach (JsonElement message in parameters.GetProperty("messages").EnumerateArray())
        {
            if (message.GetProperty("role").GetString() == "user")
            {
                text = TextOf(message.GetProperty("content"));
            }
        }

        return text;
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
