using System.Management.Automation;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>The part that all requests of a job have in common, and how the rest of each request is made from its row.</summary>
public sealed class BatchTemplate
{
    private readonly (string Name, ReadOnlyMemory<byte> Json)[] _fields = [];

    private readonly byte[] _examples = [];

    private object? _params;

    public BatchTemplate()
    {
    }

    internal BatchTemplate(
        string model,
        int maxTokens,
        (string Name, ReadOnlyMemory<byte> Json)[] fields,
        byte[] examples,
        object? prompt,
        object? customId,
        string? outputSchema)
    {
        OutputSchema = outputSchema;
        Model = model;
        MaxTokens = maxTokens;
        Prompt = prompt;
        CustomId = customId;
        _fields = fields;
        _examples = examples;
        using RequestTemplate template = ToRequestTemplate();
        FrozenSizeInBytes = template.FrozenSizeInBytes;
        _params = ObjectView.Parse(template.Frozen());
    }

    public string? Model { get; set; }

    public int MaxTokens { get; set; }

    /// <summary>A text template or a script block that makes the custom id of a request from its row.</summary>
    public object? CustomId { get; set; }

    /// <summary>A text template or a script block that makes the prompt of a request from its row.</summary>
    public object? Prompt { get; set; }

    /// <summary>
    /// The schema of -OutputSchema as it was given, as JSON; answers are judged by it. Null where there is none. The one in
    /// <see cref="Params"/> is as the service takes it.
    /// </summary>
    public string? OutputSchema { get; set; }

    /// <summary>The part in common as PowerShell objects: the params, with the examples as their messages.</summary>
    public object? Params
    {
        get => _params;
        set => _params = value;
    }

    /// <summary>The size of the part that all requests have in common.</summary>
    public long FrozenSizeInBytes { get; set; }

    public override string ToString() => $"{Model}, {FrozenSizeInBytes} bytes shared";

    /// <summary>Returns the template given as a parameter, which may have been deserialized from Clixml or a PowerShell job.</summary>
    /// <exception cref="ClaudeBatchException"><c>TemplateInvalid</c>: the value is not a template.</exception>
    internal static BatchTemplate From(object value)
    {
        PSObject item = PSObject.AsPSObject(value);
        if (item.BaseObject is BatchTemplate template)
        {
            return template;
        }

        if (item.TypeNames.Any(static t => t.EndsWith("ClaudeBatch.BatchTemplate", StringComparison.Ordinal))
            && item.Properties["Params"]?.Value is { } parameters)
        {
            return FromParams(
                parameters,
                item.Properties["Prompt"]?.Value,
                item.Properties["CustomId"]?.Value,
                item.Properties["OutputSchema"]?.Value as string);
        }

        throw new ClaudeBatchException(
            FailureKind.InvalidArgument, "TemplateInvalid", $"'{value}' is no template. Make one with New-ClaudeBatchTemplate.")
        { Target = value };
    }

    internal RequestTemplate ToRequestTemplate()
        => new(Model!, MaxTokens, _fields, _examples, Encoding.UTF8.GetBytes(OutputSchema ?? string.Empty));

    private static BatchTemplate FromParams(object parameters, object? prompt, object? customId, string? outputSchema)
    {
        using JsonDocument document = JsonDocument.Parse(JsonText.Write(parameters));
        JsonElement root = document.RootElement;
        (string, ReadOnlyMemory<byte>)[] fields =
        [
            .. root.EnumerateObject().Where(static f => f.Name is not ("model" or "max_tokens" or "messages"))
                .Select(static f => (f.Name, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f.Value.GetRawText()))),
        ];
        string examples = string.Join(',', root.GetProperty("messages").EnumerateArray().Select(static m => m.GetRawText()));
        return new BatchTemplate(
            root.GetProperty("model").GetString()!,
            root.GetProperty("max_tokens").GetInt32(),
            fields,
            Encoding.UTF8.GetBytes(examples),
            prompt,
            customId,
            outputSchema);
    }
}
