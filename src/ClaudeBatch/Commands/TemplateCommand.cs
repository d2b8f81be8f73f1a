using System.Collections;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Base of the cmdlets that say what all requests share. The parameters are the API's fields, by the shell's manners.</summary>
public abstract class TemplateCommand : AsyncCommand
{
    private protected const string InlineSet = "Inline";

    [Parameter(Mandatory = true, ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(Completers.ModelCompleter))]
    public string? Model { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = InlineSet)]
    [ValidateRange(1, int.MaxValue)]
    public int MaxTokens { get; set; }

    /// <summary>A string, or text blocks.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    public object? System { get; set; }

    /// <summary>Marks the end of what all requests share for the service's cache.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    public SwitchParameter CacheSystem { get; set; }

    /// <summary>How long the cache keeps it; an hour where nothing is said, for a batch takes longer than five minutes.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateSet("5m", "1h")]
    public string? CacheTtl { get; set; }

    /// <summary>A template, or a script block run for each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Prompt { get; set; }

    /// <summary>A template, or a script block run for each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? CustomId { get; set; }

    /// <summary>The JSON schema of the answer: a hashtable, JSON, the path of a file, or a type.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    public object? OutputSchema { get; set; }

    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public object[]? Tool { get; set; }

    /// <summary><c>auto</c>, <c>any</c>, <c>none</c>, the name of a tool, or the object of the API.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public object? ToolChoice { get; set; }

    /// <summary><c>adaptive</c>, <c>disabled</c>, a budget in tokens, or the object of the API.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public object? Thinking { get; set; }

    [Parameter(ParameterSetName = InlineSet)]
    [ValidateSet("low", "medium", "high", "xhigh", "max")]
    public string? Effort { get; set; }

    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public string[]? StopSequence { get; set; }

    /// <summary>Pairs that show what is wanted, each a table with User and Assistant.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public object[]? Example { get; set; }

    [Parameter(ParameterSetName = InlineSet)]
    public IDictionary? Metadata { get; set; }

    /// <summary>Any other field of the params, passed through.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    public IDictionary? AdditionalParameter { get; set; }

    /// <summary>The template these parameters make; what the service would refuse of it is told at once.</summary>
    private protected BatchTemplate BuildTemplate()
    {
        TemplateFields fields = new(this);
        BatchTemplate template = new(Model!, MaxTokens, [.. fields.All()], fields.Examples(), Prompt, CustomId);
        foreach (string warning in fields.Warnings)
        {
            Warn(warning);
        }

        using RequestTemplate probe = template.ToRequestTemplate();
        RequestChecker checker = new(
            KnownModels.Of(connection: null),
            DateOnly.FromDateTime(DateTime.UtcNow),
            apiVersion: null,
            betas: ["output-300k-2026-03-24"]);
        foreach (RequestFault fault in checker.Check(probe.Render("a", "a").Utf8.Span).Faults)
        {
            if (fault.IsError)
            {
                throw new ClaudeBatchException(FailureKind.InvalidArgument, fault.Id, fault.Message) { Target = Model };
            }

            Warn(fault.Message);
        }

        return template;
    }

    /// <summary>What a user gave for a parameter that takes a file, in the shell's own sense of where we are.</summary>
    internal string ResolvePath(string path) => GetUnresolvedProviderPathFromPSPath(path);
}
