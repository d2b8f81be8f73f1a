using System.Globalization;
using System.Text;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>The custom ids of another tool's batch that a job has already: no two requests of a job may have the same.</summary>
/// <param name="Count">How many they are.</param>
/// <param name="First">The first of them.</param>
internal sealed record KnownIds(int Count, IReadOnlyList<string> First)
{
    private const int Named = 5;

    /// <summary>Finds the ids that only the lines tell the batch to have, among those of the job's sealed input.</summary>
    public static KnownIds Among(JobLedger ledger, JobRecord job, OutcomeTable table)
    {
        List<string> first = [];
        int count = 0;
        ledger.Attempts.ForEachRequest(job, (_, id) =>
        {
            if (table.HasDiscovered(id) && count++ < Named)
            {
                first.Add(Encoding.UTF8.GetString(id));
            }
        });
        return new KnownIds(count, first);
    }

    /// <summary>Makes the error.</summary>
    /// <param name="serviceId">The service's id of the batch.</param>
    /// <param name="job">The name of the job.</param>
    /// <param name="toDo">What to do about it: words before a colon and the line to run.</param>
    public ClaudeBatchException Conflict(string serviceId, string job, string toDo) => Conflict(
        serviceId,
        $"Job '{job}' already has {Count.ToString(CultureInfo.InvariantCulture)} of the custom ids of batch '{serviceId}' "
            + $"({string.Join(", ", First)}{(Count > Named ? ", …" : string.Empty)}): one of them cannot stand for two requests. {toDo}: "
            + $"Repair-ClaudeBatch -Job <another name> -Adopt {serviceId}");

    /// <summary>Makes the error again, from what was recorded of it.</summary>
    public static ClaudeBatchException Conflict(string serviceId, string message)
        => new(FailureKind.Conflict, "CustomIdConflict", message) { Target = serviceId };
}
