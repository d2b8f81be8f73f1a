using System.Management.Automation;
using System.Text;
using System.Text.Json.Nodes;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch;

/// <summary>A tool that a command is to a model: what it is called, what it does, and what it takes.</summary>
public sealed class ClaudeTool
{
    private readonly JsonObject _schema;

    internal ClaudeTool(string name, string command, string description, JsonObject schema, bool isStrict, CommandInfo? runs)
    {
        (Name, Command, Description, Strict, Runs, _schema) = (name, command, description, isStrict, runs, schema);
        InputSchema = ObjectView.Parse(SharedValue.Write(schema));
    }

    /// <summary>The name by which a model calls the tool.</summary>
    public string Name { get; }

    /// <summary>The command, with its module, or the path of the script.</summary>
    public string Command { get; }

    /// <summary>What the model is told that the tool does.</summary>
    public string Description { get; }

    /// <summary>The JSON schema of what a call passes, as PowerShell objects.</summary>
    public object? InputSchema { get; }

    /// <summary>Whether the service holds each call to the schema.</summary>
    public bool Strict { get; }

    /// <summary>The tool as it is sent.</summary>
    public string Json => SharedValue.Text(ToJson());

    /// <summary>The command itself; null where the object was read back from a file or came from another process.</summary>
    internal CommandInfo? Runs { get; }

    public override string ToString() => Json;

    /// <summary>Returns the tool given as an object, which may have been deserialized; null where it is none.</summary>
    internal static ClaudeTool? From(object value)
    {
        PSObject item = PSObject.AsPSObject(value);
        if (item.BaseObject is ClaudeTool tool)
        {
            return tool;
        }

        if (!item.TypeNames.Contains("Deserialized.ClaudeBatch.ClaudeTool") || item.Properties["Json"]?.Value is not string json)
        {
            return null;
        }

        JsonObject read = JsonNode.Parse(Encoding.UTF8.GetBytes(json))!.AsObject();
        return new ClaudeTool(
            read["name"]!.GetValue<string>(),
            item.Properties["Command"]?.Value as string ?? string.Empty,
            read["description"]!.GetValue<string>(),
            read["input_schema"]!.DeepClone().AsObject(),
            read.ContainsKey("strict"),
            runs: null);
    }

    internal ClaudeTool With(bool isStrict) => new(Name, Command, Description, _schema, isStrict, Runs);

    /// <summary>Gives the tool as the API takes it, in a copy of its own.</summary>
    internal JsonObject ToJson()
    {
        JsonObject tool = new() { ["name"] = Name, ["description"] = Description, ["input_schema"] = _schema.DeepClone() };
        if (Strict)
        {
            tool["strict"] = true;
        }

        return tool;
    }
}
