using System.Collections;
using System.Management.Automation;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;
using ClaudeBatch.Output;
using ClaudeBatch.Rows;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Completers;

/// <summary>
/// Completes the columns of a job's rows, and after -Actual the fields of its answers: as the first row says that has any, of the jobs that
/// the line names, else of the newest.
/// </summary>
public sealed class ColumnCompleter : LedgerCompleter
{
    // A line is completed while somebody waits.
    private const int MostRows = 100;

    private protected override IEnumerable<CompletionResult> Candidates(BatchSession session, string parameterName, IDictionary given)
    {
        JobRecord[] jobs = [.. Named(session, given["Job"])];
        bool isAnswer = parameterName == "Actual";
        IEnumerable<string> names = jobs.Select(j => NamesOf(session, j, isAnswer)).FirstOrDefault(static n => n.Length > 0) ?? [];
        if (parameterName == "GroupBy" && jobs.Any(session.Ledger.Attempts.HasVariants))
        {
            names = names.Prepend(VariantGroups.Column).Distinct(StringComparer.OrdinalIgnoreCase);
        }

        return names.Where(static n => n.Length > 0).Select(n => Candidate(n, isAnswer ? "A field of the answers" : Tip(n)));
    }

    private static string Tip(string name) => name == VariantGroups.Column ? "The variants of the rows" : "A column of the rows";

    // What the line has is whatever the shell makes of it before it runs: a name, several, or an object.
    private static IEnumerable<JobRecord> Named(BatchSession session, object? given)
    {
        IEnumerable<JobRecord> all = session.Ledger.Jobs.All().Reverse();
        if (given is null)
        {
            return all.Take(1);
        }

        WildcardPattern[] patterns =
        [
            .. LanguagePrimitives.ConvertTo<object[]>(given)
                .Select(static n => WildcardPattern.Get($"{n}", WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant)),
        ];
        return all.Where(j => patterns.Any(p => p.IsMatch(j.Name)));
    }

    private static string[] NamesOf(BatchSession session, JobRecord job, bool ofAnswer)
    {
        using ResultReader reader = new(session.Ledger);
        foreach (CollectedResult collected in reader.InOrder(session.Ledger.Batches.OfJob(job.Id)).Take(MostRows))
        {
            BatchResult result = BatchResult.From(collected);
            object? holder = ofAnswer ? result.Output : result.Source;
            if (holder is not null && ForeignValue.Bare(holder) is not (string or Array))
            {
                return [.. new ShellRow(holder, number: 0).Names];
            }
        }

        return [];
    }
}
