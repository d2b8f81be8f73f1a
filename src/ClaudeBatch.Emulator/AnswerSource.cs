using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Makes the texts that the emulated model answers with.</summary>
internal sealed class AnswerSource
{
    private readonly Dictionary<string, string>? _scripted;

    private readonly bool _fromSchema;

    public AnswerSource(string answers)
    {
        _fromSchema = answers == "schema";
        if (answers is "schema" or "echo")
        {
            return;
        }

        _scripted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(answers).Where(static l => l.Length > 0))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            _scripted[document.RootElement.GetProperty("custom_id").GetString()!] = document.RootElement.GetProperty("text").GetString()!;
        }
    }

    /// <summary>Gives the answer to a request. Without an answer of the script or of a schema, it is the last text of the user.</summary>
    public string Text(string customId, JsonElement parameters)
    {
        if (_scripted is not null && _scripted.TryGetValue(customId, out string? text))
        {
            return text;
        }

        return _fromSchema && Schema(parameters) is { } schema ? SchemaSample.Of(schema) : LastUserText(parameters);
    }

    private static JsonElement? Schema(JsonElement parameters)
        => parameters.TryGetProperty("output_config", out JsonElement config)
            && config.TryGetProperty("format", out JsonElement format)
            && format.ValueKind == JsonValueKind.Object
            && format.TryGetProperty("schema", out JsonElement schema)
            ? schema
            : null;

    private static string LastUserText(JsonElement parameters)
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
