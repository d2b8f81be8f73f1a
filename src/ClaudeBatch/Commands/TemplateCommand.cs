using System.Collections;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;
using ClaudeBatch.Tools;

namespace ClaudeBatch.Commands;

/// <summary>
/// Base of the cmdlets that take what all requests have in common. The parameters are the fields of the API, under PowerShell names.
/// </summary>
public abstract class TemplateCommand : AsyncCommand
{
    private protected const string InlineSet = "Inline";

    [Parameter(Mandatory = true, ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(Completers.ModelCompleter))]
    public virtual string? Model { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = InlineSet)]
    [ValidateRange(1, int.MaxValue)]
    public virtual int MaxTokens { get; set; }

    /// <summary>The system prompt, as a string or as text blocks. It takes no placeholder: all requests share it.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    public object? System { get; set; }

    /// <summary>Has the service cache the part that all requests have in common.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    public SwitchParameter CacheSystem { get; set; }

    /// <summary>How long the cache keeps that part: 1h by default, because most batches take longer than five minutes.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateSet("5m", "1h")]
    public string? CacheTtl { get; set; }

    /// <summary>A text template, or a script block that is run for each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Prompt { get; set; }

    /// <summary>A text template, or a script block that is run for each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? CustomId { get; set; }

    /// <summary>The JSON schema of the answer: a hashtable, JSON, the path of a file, or a type.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    public object? OutputSchema { get; set; }

    /// <summary>Commands, by name or as objects, tables that say more of a command, and objects of the API, mixed.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public object[]? Tool { get; set; }

    /// <summary><c>auto</c>, <c>any</c>, <c>none</c>, the name of a tool, or the object of the API.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public object? ToolChoice { get; set; }

    /// <summary><c>adaptive</c>, <c>disabled</c>, <c>between_tools</c>, a budget in tokens, or the object of the API.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public object? Thinking { get; set; }

    [Parameter(ParameterSetName = InlineSet)]
    [ValidateSet("low", "medium", "high", "xhigh", "max")]
    public string? Effort { get; set; }

    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public string[]? StopSequence { get; set; }

    /// <summary>Examples of a question and the wanted answer, each a table with the keys User and Assistant.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    public object[]? Example { get; set; }

    [Parameter(ParameterSetName = InlineSet)]
    public IDictionary? Metadata { get; set; }

    /// <summary>Any other fields of the params, passed to the service unchanged.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    public IDictionary? AdditionalParameter { get; set; }

    /// <summary>Makes the template from the parameters. A template that the service would refuse is an error now.</summary>
    private protected BatchTemplate BuildTemplate()
    {
        TemplateFields fields = new(this);
        (string, ReadOnlyMemory<byte>)[] shared = [.. fields.All()];
        BatchTemplate template = new(Model!, MaxTokens, shared, fields.Examples(), Prompt, CustomId, fields.OutputSchema);
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

    /// <summary>Makes what makes tools of commands, in the shell of this cmdlet.</summary>
    internal ToolMaker ToolMaker() => new(InvokeCommand, WriteVerboseLine, Warn);

    /// <summary>Resolves a path against PowerShell's current location, which is not that of the process.</summary>
    internal string ResolvePath(string path) => GetUnresolvedProviderPathFromPSPath(path);
}
