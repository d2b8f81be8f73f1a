using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Lists models with their limits, their prices, and the day the prices were read.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchModel")]
[OutputType(typeof(Model))]
public sealed class GetClaudeBatchModelCommand : ConnectedCommand
{
    /// <summary>Ids or aliases; wildcards are allowed. Without a name all models that are not retired are listed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Adds the models that the service lists. All cmdlets of this process know them from then on.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    protected override async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (!Refresh)
        {
            return;
        }

        List<ServiceModel> found = [];
        await foreach (Reply<ModelPage> page in OpenService().Api.ModelPagesAsync(cancellationToken))
        {
            found.AddRange(page.Value.Data);
        }

        WriteVerboseRetries();
        KnownModels.Learn(Connection, found);
    }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        DateOnly today = DateOnly.FromDateTime(DateTime.UtcNow);
        if (Name is null)
        {
            WriteModels(static (m, day) => !m.IsRetired(day), today);
            return Task.CompletedTask;
        }

        foreach (string name in Name)
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            if (!WriteModels((m, _) => pattern.IsMatch(m.Id) || (m.Alias is not null && pattern.IsMatch(m.Alias)), today)
                && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                string nearest = KnownModels.Of(Connection).Nearest(name) is { } near ? $" Did you mean '{near}'?" : string.Empty;
                Fail(new ClaudeBatchException(
                    FailureKind.NotFound, "ModelNotFound", $"Model '{name}' is not known here.{nearest} -Refresh asks the service for "
                        + $"newer ones.")
                { Target = name });
            }
        }

        return Task.CompletedTask;
    }

    private bool WriteModels(Func<ModelRecord, DateOnly, bool> isWanted, DateOnly today)
    {
        bool any = false;
        foreach (ModelRecord model in KnownModels.Of(Connection).Models.Where(m => isWanted(m, today)))
        {
            WriteOutput(Model.From(model, KnownModels.Of(Connection).AsOf));
            any = true;
        }

        return any;
    }
}
