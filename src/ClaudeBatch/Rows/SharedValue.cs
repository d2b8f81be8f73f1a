using System.Collections;
using System.Management.Automation;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>What a parameter says for all requests, as JSON. No row fills it, so it takes neither a placeholder nor a script block.</summary>
internal static class SharedValue
{
    private const int Deepest = 64;

    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the JSON of a parameter's value.</summary>
    /// <exception cref="ClaudeBatchException"><c>PlaceholderShared</c>: there is a placeholder or a script block in it. <c>TemplateInvalid</c>:
    /// a <c>{{</c> is not closed. <c>ValueNotJson</c>, <c>ValueTooDeep</c>.</exception>
    public static JsonNode? Of(object? given, string parameter)
    {
        if (HasScriptBlock(given, 0))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "PlaceholderShared",
                $"-{parameter} has a script block, and what all requests share takes none: it is made once, and no row fills it. Put what "
                    + $"differs from row to row into -Prompt.")
            { Target = given };
        }

        try
        {
            return SharedText.In(JsonNode.Parse(JsonText.Write(given)), parameter);
        }
        catch (JsonException e)
        {
            throw Invalid("ValueTooDeep", $"The value of -{parameter} is nested deeper than {Deepest} levels.", given, e);
        }
        catch (ArgumentException e)
        {
            throw Invalid("ValueNotJson", $"The value of -{parameter} says one name twice in the same object.", given, e);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw Invalid("ValueNotJson", $"The value of -{parameter} cannot be written as JSON: {e.Message}", given, e);
        }
    }

    /// <summary>Writes JSON as it is sent.</summary>
    public static byte[] Write(JsonNode value)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, s_writing))
        {
            value.WriteTo(writer);
        }

        return stream.ToArray();
    }

    /// <summary>Writes JSON as text for a person or a model.</summary>
    public static string Text(JsonNode value) => global::System.Text.Encoding.UTF8.GetString(Write(value));

    private static ClaudeBatchException Invalid(string id, string message, object? given, Exception inner)
        => new(FailureKind.InvalidArgument, id, message, inner) { Target = given };

    private static bool HasScriptBlock(object? value, int depth)
    {
        object? bare = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return depth <= Deepest && bare switch
        {
            ScriptBlock => true,
            string => false,
            IDictionary table => table.Values.Cast<object?>().Any(v => HasScriptBlock(v, depth + 1)),
            IEnumerable items => items.Cast<object?>().Any(v => HasScriptBlock(v, depth + 1)),
            PSObject custom => custom.Properties.Any(p => p is PSNoteProperty && HasScriptBlock(p.Value, depth + 1)),
            _ => false,
        };
    }
}
