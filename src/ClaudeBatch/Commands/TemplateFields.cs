using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;
using ClaudeBatch.Sessions;
using ClaudeBatch.Tools;

namespace ClaudeBatch.Commands;

/// <summary>Turns the parameters of a template into fields of the params, in the order they have in a request.</summary>
internal sealed class TemplateFields(TemplateCommand command)
{
    /// <summary>The bytes of text of one token, on the low side, so that the tokens of a prefix are not underestimated.</summary>
    private const double BytesPerToken = 3;

    private readonly bool _caches = command.CacheSystem || command.CacheTtl is not null;

    private JsonArray? _tools;

    public List<string> Warnings { get; } = [];

    /// <summary>The schema of -OutputSchema as it was given, as JSON, which answers are judged by; null where none was.</summary>
    public string? OutputSchema { get; private set; }

    public IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> All()
    {
        // The service caches tools, system and messages in this order, up to the mark. It goes on the last of them that is given.
        bool marksSystem = _caches && command.Example is null && command.System is not null;
        bool marksTools = _caches && command.Example is null && command.System is null && command.Tool is not null;
        if (_caches && !marksSystem && !marksTools && command.Example is null)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "NothingToCache", "-CacheSystem marks what all requests share, and there is nothing: give "
                    + "-System, -Tool or -Example.");
        }

        List<(string, ReadOnlyMemory<byte>)> fields = [];
        foreach (RequestField field in RequestFields.Params.Where(static f => !f.IsRequired))
        {
            if (Value(field) is { } value)
            {
                fields.Add((field.Name, SharedValue.Write(field.Parameter switch
                {
                    nameof(command.System) when marksSystem => Marker.Mark(TemplateTexts.Blocks(value), Ttl),
                    nameof(command.Tool) when marksTools => Marker.Mark(value.AsArray(), Ttl),
                    _ => value,
                })));
            }
        }

        AddAdditional(fields);
        if (_caches)
        {
            WarnOfSmallPrefix(fields);
        }

        return fields;
    }

    /// <summary>Returns the examples as JSON messages, separated by commas.</summary>
    public byte[] Examples() => command.Example is { } examples ? TemplateTexts.Examples(examples, _caches ? Ttl : null) : [];

    // A ValidateSet ignores case, the service does not.
    private string Ttl => command.CacheTtl?.ToLowerInvariant() ?? "1h";

    // Null where the parameter was not given. The last arm is reached only when RequestFields names a parameter that this switch lacks;
    // each template asks for all of them, so any test that makes one finds that.
    private JsonNode? Value(RequestField field) => field.Parameter switch
    {
        nameof(command.System) => command.System is { } system ? TemplateTexts.System(system) : null,
        nameof(command.Tool) => Tools(),
        nameof(command.ToolChoice) => command.ToolChoice is { } choice ? ToolChoice(choice) : null,
        nameof(command.Thinking) => Bound(command.Thinking is { } thinking ? Thinking(thinking) : null),
        nameof(command.Effort) => command.Effort?.ToLowerInvariant(),
        nameof(command.OutputSchema) => command.OutputSchema is { } schema ? Format(schema) : null,
        nameof(command.StopSequence) => SharedValue.Of(command.StopSequence, nameof(command.StopSequence)),
        nameof(command.Metadata) => SharedValue.Of(command.Metadata, nameof(command.Metadata)),
        null => IsShared(field) ? Shared(field) : null,
        _ => throw new UnreachableException($"No template reads -{field.Parameter}, which makes '{field.Name}'."),
    };

    // Made once: the help of a command is slow to read.
    private JsonArray? Tools() => _tools ??= command.Tool is { } given
        ? ToolList.Of(given, command.ToolMaker(), command.OutputSchema is { } schema ? Format(schema)["schema"] : null)
        : null;

    // A word for a choice counts in any case, unless a tool has just that name.
    private JsonNode? ToolChoice(object given)
    {
        JsonNode? choice = SharedValue.Of(given, nameof(command.ToolChoice));
        if (choice?.GetValueKind() != JsonValueKind.String)
        {
            return choice;
        }

        string name = choice.GetValue<string>();
        string word = name.ToLowerInvariant();
        bool isTool = Tools() is { } tools
            && tools.OfType<JsonObject>().Any(t => t["name"] is JsonValue own && own.TryGetValue(out string? text) && text == name);
        return word is "auto" or "any" or "none" && !(isTool && word != name)
            ? new JsonObject { ["type"] = word }
            : new JsonObject { ["type"] = "tool", ["name"] = name };
    }

    private static JsonNode? Thinking(object given)
    {
        JsonNode? thinking = SharedValue.Of(given, "Thinking");
        switch (thinking)
        {
            case JsonObject:
                return thinking;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out long budget):
                return Budget(budget);
            case JsonValue value when value.TryGetValue(out string? text):
                if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long tokens))
                {
                    return Budget(tokens);
                }

                if (text.Length > 0 && text.All(static c => char.IsAsciiLetter(c) || c == '_'))
                {
                    return new JsonObject { ["type"] = text.ToLowerInvariant() };
                }

                break;
        }

        throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "ThinkingRefused",
            $"-Thinking takes adaptive, disabled, between_tools, a whole number of tokens where the model still takes one, or the object of "
                + $"the API; {(thinking is null ? "null" : SharedValue.Text(thinking))} is none of them.")
        { Target = given };
    }

    // A conversation with tools goes on in later batches, where thinking that did not fit would be left out in silence.
    private JsonNode? Bound(JsonNode? thinking)
    {
        bool isGiven = JsonText.Entries(command.AdditionalParameter).Any(static e => e.Name == "thinking");
        if (isGiven || command.Tool?.Any(static t => ClaudeTool.From(t) is not null || ToolSource.From(t) is not null) != true
            || KnownModels.Of(connection: null).Find(command.Model!)?.Rules.BindsThinking != true)
        {
            return thinking;
        }

        JsonObject bound = thinking as JsonObject ?? new JsonObject { ["type"] = "adaptive" };
        if (!bound.ContainsKey("block_binding") && bound["type"]?.ToString() != "disabled")
        {
            bound["block_binding"] = new JsonObject { ["prefix_mismatch_behavior"] = "error" };
        }

        return bound;
    }

    private static JsonObject Budget(long tokens) => new() { ["type"] = "enabled", ["budget_tokens"] = tokens };

    private JsonObject Format(object given)
    {
        OutputSchema schema = SchemaSource.From(given, command.ResolvePath);
        OutputSchema = Encoding.UTF8.GetString(schema.Given.Span);
        return new() { ["type"] = "json_schema", ["schema"] = JsonNode.Parse(schema.Sent.Span) };
    }

    private static bool IsShared(RequestField field) => field.Parameter is null && field.Fields.Any(static f => f.Parameter is not null);

    // Some parameters are values inside one field of the API. -AdditionalParameter can add further values to the same field.
    private JsonObject? Shared(RequestField field)
    {
        JsonObject values = [];
        foreach (RequestField inner in field.Fields)
        {
            if (Value(inner) is { } value)
            {
                values[inner.Name] = value;
            }
        }

        foreach ((string name, object? value) in JsonText.Entries(command.AdditionalParameter?[field.Name] as IDictionary))
        {
            values[name] = values.ContainsKey(name) ? throw Conflict($"{field.Name}.{name}") : Additional(value);
        }

        return values.Count == 0 ? null : values;
    }

    private void AddAdditional(List<(string Name, ReadOnlyMemory<byte> Json)> fields)
    {
        IEnumerable<string> always = RequestFields.Params.Where(static f => f.IsRequired).Select(static f => f.Name);
        HashSet<string> made = [.. fields.Select(static f => f.Name), .. always];
        foreach ((string name, object? value) in JsonText.Entries(command.AdditionalParameter))
        {
            if (value is IDictionary && RequestFields.Params.Find(name) is { } field && IsShared(field))
            {
                continue;
            }

            ReadOnlyMemory<byte> json = Additional(value) is { } given ? SharedValue.Write(given) : "null"u8.ToArray();
            fields.Add((name, made.Add(name) ? json : throw Conflict(name)));
        }
    }

    private JsonNode? Additional(object? value) => SharedValue.Of(value, nameof(command.AdditionalParameter));

    private static ClaudeBatchException Conflict(string name) => new(
        FailureKind.InvalidArgument, "ParameterConflict", $"'{name}' stands in -AdditionalParameter, and another parameter says it "
            + $"already; leave it out of one of them.")
    { Target = name };

    // The service caches no prefix below the model's minimum, and gives no error.
    private void WarnOfSmallPrefix(List<(string Name, ReadOnlyMemory<byte> Json)> fields)
    {
        if (KnownModels.Of(connection: null).Find(command.Model!) is not { MinCacheableTokens: { } least })
        {
            return;
        }

        long bytes = fields.Where(static f => f.Name is "system" or "tools").Sum(static f => (long)f.Json.Length) + Examples().Length;
        double most = bytes / BytesPerToken;
        if (most < least)
        {
            Warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"What all requests share has about {most:0} tokens at most, and {command.Model} caches from {least} on: nothing would "
                    + $"be cached. Leave -CacheSystem out, or share more."));
        }
    }
}
