using System.Management.Automation;

namespace ClaudeBatch.Commands;

/// <summary>Makes a template of what all requests of a job have in common.</summary>
[Cmdlet(VerbsCommon.New, "ClaudeBatchTemplate", DefaultParameterSetName = InlineSet)]
[OutputType(typeof(BatchTemplate))]
public sealed class NewClaudeBatchTemplateCommand : TemplateCommand
{
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        WriteOutput(BuildTemplate());
        return Task.CompletedTask;
    }
}
