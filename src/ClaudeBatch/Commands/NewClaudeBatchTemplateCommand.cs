using System.Management.Automation;

namespace ClaudeBatch.Commands;

/// <summary>Says once what all requests of a job share.</summary>
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
