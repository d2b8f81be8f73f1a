using System.Management.Automation;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Rows;

/// <summary>Makes the JSON schema of an answer from what the user gives: a hashtable, JSON, a file, or a type with properties.</summary>
internal static class SchemaSource
{
    /// <summary>Makes the schema and checks it.</summary>
    /// <exception cref="ClaudeBatchException"><c>OutputSchemaInvalid</c>: the service would refuse the schema. <c>PathNotFound</c>: there
    /// is no such file. <c>FileUnreadable</c>: it cannot be read. Those of <see cref="SharedValue.Of"/>.</exception>
    public static OutputSchema From(object given, Func<string, string> resolve)
    {
        object bare = given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;
        JsonNode? schema = bare switch
        {
            Type type => SharedText.In(TypeSchema.Of(type), "OutputSchema"),
            string text when text.AsSpan().TrimStart().StartsWith("{") => Parse(text, "The JSON of -OutputSchema"),
            string path => Parse(Read(resolve(path)), $"'{path}'"),
            FileInfo file => Parse(Read(resolve(file.ToString())), $"'{file}'"), // as it was named: its own path is that of the process's folder
            _ => SharedValue.Of(given, "OutputSchema"),
        };
        try
        {
            return OutputSchema.From(schema is null ? "null"u8.ToArray() : SharedValue.Write(schema));
        }
        catch (ClaudeBatchException e) when (e.Target is null)
        {
            throw new ClaudeBatchException(e.Kind, e.Id, e.Message, e.InnerException) { Target = given };
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.Exists(path)
                ? File.ReadAllText(path)
                : throw new ClaudeBatchException(
                    FailureKind.NotFound,
                    "PathNotFound",
                    $"There is no file '{path}'. -OutputSchema takes a hashtable, JSON, the path of a file, or a type.")
                { Target = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "FileUnreadable", $"'{path}' cannot be read: {Sentence.Of(e.Message)}", e) { Target = path };
        }
    }

    private static JsonNode? Parse(string json, string place)
    {
        try
        {
            return SharedText.In(JsonNode.Parse(Encoding.UTF8.GetBytes(json)), "OutputSchema");
        }
        catch (JsonException e)
        {
            throw Invalid($"{place} is not JSON: {e.Message}", json, e);
        }
        catch (ArgumentException e)
        {
            throw Invalid($"{place} says one name twice in the same object.", json, e);
        }
        catch (InvalidOperationException e)
        {
            throw Invalid($"{place} has half of a surrogate pair in it, such as \\ud800 alone, which is no text.", json, e);
        }
    }

    private static ClaudeBatchException Invalid(string message, string json, Exception inner)
        => new(FailureKind.InvalidArgument, "OutputSchemaInvalid", message, inner) { Target = json };
}
