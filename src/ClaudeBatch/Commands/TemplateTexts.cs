using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Commands;

/// <summary>The texts of a template that the model reads before each row: the system prompt and the examples.</summary>
internal static class TemplateTexts
{
    /// <summary>The types of blocks that may stand in an example: those of the API that a person writes.</summary>
    private static readonly string[] s_blocks = ["text", "image", "document", "search_result", "tool_use", "tool_result"];

    /// <summary>Makes the system prompt: a text, or a list of blocks.</summary>
    /// <exception cref="ClaudeBatchException"><c>ContentInvalid</c>: it is neither. <c>PlaceholderShared</c> and the others of
    /// <see cref="SharedValue.Of"/>.</exception>
    public static JsonNode System(object given)
    {
        object bare = given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;
        return bare is string or ScriptBlock or (IEnumerable and not IDictionary)
            && SharedValue.Of(bare, "System") is { } system && (system is not JsonArray list || list.All(static b => b is JsonObject))
            ? system
            : throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ContentInvalid",
                "-System is one text, or a list of blocks such as @(@{ type = 'text'; text = '…' }). Join lines into one text first; the "
                    + "text of a file is what Get-Content -Raw reads.")
            { Target = given };
    }

    /// <summary>Gives content as a list of blocks.</summary>
    public static JsonArray Blocks(JsonNode content)
        => content as JsonArray ?? [new JsonObject { ["type"] = "text", ["text"] = content }];

    /// <summary>Makes messages of examples, as JSON objects separated by commas.</summary>
    /// <param name="examples">Tables or objects with a User and an Assistant.</param>
    /// <param name="ttl">How long the cache keeps what stands up to the last example; null where it is not marked.</param>
    /// <exception cref="ClaudeBatchException"><c>ExampleInvalid</c>, and those of <see cref="SharedValue.Of"/>.</exception>
    public static byte[] Examples(object[] examples, string? ttl)
    {
        List<string> messages = [];
        for (int i = 0; i < examples.Length; i++)
        {
            PSObject example = PSObject.AsPSObject(examples[i]);
            RefuseOthers(example, i);
            JsonNode answer = Part(example, "Assistant", i);
            bool isLast = i == examples.Length - 1;
            messages.Add(Message("user", Part(example, "User", i)));
            messages.Add(Message("assistant", isLast && ttl is not null ? Marker.Mark(Blocks(answer), ttl) : answer));
        }

        return Encoding.UTF8.GetBytes(string.Join(',', messages));
    }

    private static void RefuseOthers(PSObject example, int index)
    {
        IEnumerable<object> keys = example.BaseObject is IDictionary table ? table.Keys.Cast<object>() : [];
        if (keys.FirstOrDefault(static k => !Is(k, "User") && !Is(k, "Assistant")) is { } other)
        {
            throw Invalid(example, index, $"has '{other}', which would not be sent");
        }
    }

    private static bool Is(object key, string name) => string.Equals(key as string, name, StringComparison.OrdinalIgnoreCase);

    // Text as it is, content blocks of the API as they are, and everything else as text: a number in its digits, an object as JSON.
    private static JsonNode Part(PSObject example, string name, int index)
    {
        object? given = example.BaseObject is IDictionary table
            ? table.Keys.Cast<object>().Where(k => Is(k, name)).Select(k => table[k]).FirstOrDefault()
            : example.Properties[name]?.Value;
        JsonNode? part = SharedValue.Of(given, "Example");
        return part switch
        {
            null => throw Invalid(example, index, $"has no '{name}'"),
            JsonArray list when list.Count > 0 && list.All(IsBlock) => list,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value,
            _ => JsonValue.Create(SharedValue.Text(part)),
        };
    }

    private static bool IsBlock(JsonNode? node)
        => node is JsonObject block && block["type"] is JsonValue type && type.TryGetValue(out string? name) && s_blocks.Contains(name);

    private static ClaudeBatchException Invalid(PSObject example, int index, string what) => new(
        FailureKind.InvalidArgument,
        "ExampleInvalid",
        string.Create(
            CultureInfo.InvariantCulture,
            $"Example {index + 1} {what}; an example is a table such as @{{ User = 'a question'; Assistant = 'its answer' }}."))
    { Target = example };

    private static string Message(string role, JsonNode content) => $"{{\"role\":\"{role}\",\"content\":{SharedValue.Text(content)}}}";
}
