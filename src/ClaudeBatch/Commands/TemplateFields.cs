using System.Buffers;
using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Turns the parameters of a template into fields of the params, in the order they have in a request.</summary>
internal sealed class TemplateFields(TemplateCommand command)
{
    /// <summary>The bytes of text of one token, on the low side, so that the tokens of a prefix are not underestimated.</summary>
    private const double BytesPerToken = 3;

    private readonly bool _caches = command.CacheSystem || command.CacheTtl is not null;

    public List<string> Warnings { get; } = [];

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
                fields.Add((field.Name, field.Parameter switch
                {
                    nameof(command.System) when marksSystem => Marked(Blocks(value)),
                    nameof(command.Tool) when marksTools => Marked(JsonText.Write(value)),
                    _ => JsonText.Write(value),
                }));
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
    public byte[] Examples()
    {
        if (command.Example is not { } examples)
        {
            return [];
        }

        List<string> messages = [];
        for (int i = 0; i < examples.Length; i++)
        {
            PSObject example = PSObject.AsPSObject(examples[i]);
            bool isLast = i == examples.Length - 1;
            messages.Add(Message("user", Part(example, "User", i), ttl: null));
            messages.Add(Message("assistant", Part(example, "Assistant", i), _caches && isLast ? Ttl : null));
        }

        return Encoding.UTF8.GetBytes(string.Join(',', messages));
    }

    private static object Part(PSObject example, string name, int index)
    {
        object? part = example.BaseObject is IDictionary table
            ? table.Keys.Cast<object>().Where(k => string.Equals(k as string, name, StringComparison.OrdinalIgnoreCase))
                .Select(k => table[k])
                .FirstOrDefault()
            : example.Properties[name]?.Value;
        return part ?? throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "ExampleInvalid",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Example {index + 1} has no '{name}'; an example is a table such as @{{ User = 'a question'; Assistant = 'its answer' "
                    + $"}}."))
        { Target = example };
    }

    private static string Message(string role, object content, string? ttl)
    {
        string json = Encoding.UTF8.GetString(ttl is not null ? Marker.Mark(Blocks(content), ttl!) : JsonText.Write(content));
        return $"{{\"role\":\"{role}\",\"content\":{json}}}";
    }

    // A ValidateSet ignores case, the service does not.
    private string Ttl => command.CacheTtl?.ToLowerInvariant() ?? "1h";

    private byte[] Marked(byte[] blocks) => Marker.Mark(blocks, Ttl);

    private static byte[] Blocks(object content)
    {
        object bare = content is PSObject wrapped ? wrapped.BaseObject : content;
        object[] parts = bare is string or not IEnumerable or IDictionary ? [bare] : [.. ((IEnumerable)bare).Cast<object>()];
        return JsonText.Write(parts.Select(static p => (p is PSObject w ? w.BaseObject : p) is string text
            ? new global::System.Collections.Specialized.OrderedDictionary { ["type"] = "text", ["text"] = text }
            : p).ToArray());
    }

    private static object ToolChoice(object choice) => (choice is PSObject wrapped ? wrapped.BaseObject : choice) switch
    {
        string and ("auto" or "any" or "none") => new Hashtable { ["type"] = choice },
        string name => new global::System.Collections.Specialized.OrderedDictionary { ["type"] = "tool", ["name"] = name },
        _ => choice,
    };

    private static object Thinking(object thinking) => (thinking is PSObject wrapped ? wrapped.BaseObject : thinking) switch
    {
        string text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int budget) => Budget(budget),
        int or long => Budget(Convert.ToInt64(thinking, CultureInfo.InvariantCulture)),
        string type => new Hashtable { ["type"] = type.ToLowerInvariant() },
        _ => thinking,
    };

    private static global::System.Collections.Specialized.OrderedDictionary Budget(long tokens)
        => new() { ["type"] = "enabled", ["budget_tokens"] = tokens };

    // Null where the parameter was not given. The last arm is reached only when RequestFields names a parameter that this switch lacks;
    // each template asks for all of them, so any test that makes one finds that.
    private object? Value(RequestField field) => field.Parameter switch
    {
        nameof(command.System) => command.System,
        nameof(command.Tool) => command.Tool,
        nameof(command.ToolChoice) => command.ToolChoice is { } choice ? ToolChoice(choice) : null,
        nameof(command.Thinking) => command.Thinking is { } thinking ? Thinking(thinking) : null,
        nameof(command.Effort) => command.Effort?.ToLowerInvariant(),
        nameof(command.OutputSchema) => command.OutputSchema is { } schema ? Format(schema) : null,
        nameof(command.StopSequence) => command.StopSequence,
        nameof(command.Metadata) => command.Metadata,
        null => IsShared(field) ? Shared(field) : null,
        _ => throw new UnreachableException($"No template reads -{field.Parameter}, which makes '{field.Name}'."),
    };

    private global::System.Collections.Specialized.OrderedDictionary Format(object schema) => new()
    {
        ["type"] = "json_schema",
        ["schema"] = SchemaSource.From(schema, command.ResolvePath),
    };

    private static bool IsShared(RequestField field) => field.Parameter is null && field.Fields.Any(static f => f.Parameter is not null);

    // Some parameters are values inside one field of the API. -AdditionalParameter can add further values to the same field.
    private global::System.Collections.Specialized.OrderedDictionary? Shared(RequestField field)
    {
        global::System.Collections.Specialized.OrderedDictionary values = [];
        foreach (RequestField inner in field.Fields)
        {
            if (Value(inner) is { } value)
            {
                values[inner.Name] = value;
            }
        }

        foreach ((string name, object? value) in JsonText.Entries(command.AdditionalParameter?[field.Name] as IDictionary))
        {
            values[name] = values.Contains(name) ? throw Conflict($"{field.Name}.{name}") : value;
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

            fields.Add((name, made.Add(name) ? JsonText.Write(value) : throw Conflict(name)));
        }
    }

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
