using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Results;

/// <content>What is compared with the files of a batch.</content>
public sealed partial class Reconciler
{
    private void AddFiles(List<BookProblem> problems, BatchRecord batch)
    {
        string spool = ledger.Folder.Spool(batch.JobId, batch.Part);
        if (!batch.MadeElsewhere && File.Exists(spool) && !PayloadDigest.IsOfFile(spool, ledger.Batches.SpoolDigest(batch.Id)))
        {
            problems.Add(new BookProblem(
                ProblemKind.FileChanged,
                batch.Key,
                batch.RequestCount,
                $"'{spool}' was changed since it was sealed. What was sent of it is not affected; a retry of a request that is not what was "
                    + "sent is refused.",
                []));
        }

        string results = ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile);
        if (batch.ResultsDigest is not { } digest)
        {
            return;
        }

        string? problem = File.Exists(results)
            ? PayloadDigest.IsOfFile(results, digest) ? null : ResultReader.Changed(batch, results, "its SHA-256 is another one").Message
            : ledger.Events.HaveRemovalOf(batch) ? null : PayloadFiles.Removed(results).Message;
        if (problem is not null)
        {
            problems.Add(new BookProblem(ProblemKind.FileChanged, batch.Key, batch.RequestCount, problem, []));
        }
    }

    // The ledger has only the counts; which lines they are is read from the results file.
    private void AddLines(List<BookProblem> problems, BatchRecord batch)
    {
        using OutcomeTable? lines = File.Exists(ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile))
            ? OutcomeTable.FromFile(ledger, batch, prices: null)
            : null;
        if (batch.Duplicated > 0)
        {
            problems.Add(new BookProblem(
                ProblemKind.Duplicated,
                batch.Key,
                batch.Duplicated,
                Counted(batch.Duplicated, $"lines of batch '{batch.Key}' repeat an id; the first of each counts."),
                lines?.DuplicatedIds ?? []));
        }

        if (batch.Foreign > 0)
        {
            problems.Add(new BookProblem(
                ProblemKind.Foreign,
                batch.Key,
                batch.Foreign,
                Counted(batch.Foreign, $"lines of batch '{batch.Key}' have an id that was never in it."),
                lines?.ForeignIds ?? []));
        }

        if (lines?.Unreadable > 0)
        {
            problems.Add(new BookProblem(
                ProblemKind.Unreadable,
                batch.Key,
                lines.Unreadable,
                Counted(
                    lines.Unreadable,
                    $"lines of the results of batch '{batch.Key}' cannot be read: line {string.Join(", ", lines.UnreadableLines)}."),
                []));
        }
    }
}
