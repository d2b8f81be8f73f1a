using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Tools;

namespace ClaudeBatch.Commands;

/// <summary>Shows the tools that commands are to a model, as -Tool sends them.</summary>
[Cmdlet(VerbsData.ConvertTo, "ClaudeTool")]
[OutputType(typeof(ClaudeTool))]
public sealed class ConvertToClaudeToolCommand : AsyncCommand
{
    private readonly List<object> _given = [];

    /// <summary>Names of commands, what Get-Command gives, or tables that say more of a command.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public object[] Command { get; set; } = [];

    /// <summary>The parameter set of the calls; the default one where it is not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ParameterSet { get; set; }

    /// <summary>The parameters that are offered to the model; all where it is not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Parameter { get; set; }

    /// <summary>A text, or a table of texts by the names of the tool and its parameters, in place of the command's help.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Description { get; set; }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        _given.AddRange(Command);
        return Task.CompletedTask;
    }

    // Whether tools are strict is decided for all of them together.
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        if (_given.Count > 1 && (ParameterSet ?? Parameter ?? Description) is not null)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ToolInvalid",
                "-ParameterSet, -Parameter and -Description say something of one command. For several give a table each: @{ Command = '…'; "
                    + "Description = '…' }.");
        }

        ToolMaker maker = new(InvokeCommand, WriteVerboseLine, Warn);
        List<ClaudeTool> tools = [];
        foreach (object given in _given)
        {
            try
            {
                tools.Add(maker.Make(SourceOf(given)));
            }
            catch (ClaudeBatchException failure)
            {
                Fail(failure, given);
            }
        }

        foreach (ClaudeTool tool in ToolList.Decided(tools, [], outputSchema: null, WriteVerboseLine))
        {
            WriteOutput(tool);
        }

        return Task.CompletedTask;
    }

    private ToolSource SourceOf(object given)
    {
        ToolSource source = ToolSource.From(given) ?? throw new ClaudeBatchException(
            FailureKind.InvalidArgument, "ToolInvalid", $"'{given}' is not a command, nor the name of one.");
        return source with
        {
            ParameterSet = ParameterSet ?? source.ParameterSet,
            Parameters = Parameter ?? source.Parameters,
            Description = Description is null ? source.Description : ToolSource.Bare(Description),
        };
    }
}
