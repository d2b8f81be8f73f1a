using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Commands;

/// <summary>The rows of whole jobs with their results: what has ended is collected, and what is not there yet is said.</summary>
/// <param name="command">The command.</param>
internal sealed class JobRows(ConnectedCommand command)
{
    // They are what keeps a job from being finished, which is said in one sentence.
    private static readonly ProblemKind[] s_unfinished =
        [ProblemKind.Pending, ProblemKind.NotSubmitted, ProblemKind.WaitingForTools, ProblemKind.NotSealed];

    private readonly CheckedResults _results = new(command, new ResultChoice([], []), static _ => { });

    /// <summary>Collects what has ended of a job, and returns the batches whose results are on disk.</summary>
    public async Task<IReadOnlyList<BatchRecord>> CollectAsync(JobRecord job, CancellationToken cancellationToken)
    {
        IReadOnlyList<BatchRecord> batches = command.Open().Ledger.Batches.OfJob(job.Id);
        if (batches.Any(static b => b.State.IsRunning()))
        {
            batches = await command.Open().Poller
                .RefreshAsync(batches, (batch, failure) => command.Fail(failure, Batch.From(batch)), cancellationToken);
        }

        IReadOnlyList<BatchRecord> collected = await _results.CollectAsync([.. batches.Where(HasResults)], cancellationToken);
        Tell(job, new Reconciler(command.Open().Ledger).Check(command.Open().Ledger.Jobs.Get(job.Id)));
        return collected;
    }

    /// <summary>Reads the last word of each request that has one, in the order of the input. Whoever enumerates does not use the ledger meanwhile.</summary>
    [MethodImpl(Hot.AtOnce)]
    public static IEnumerable<(CollectedResult Collected, BatchResult Result)> Read(
        ResultReader reader, JobRecord job, IEnumerable<BatchRecord> batches)
        => ReadAhead.Of(
            reader.InOrder(batches)
                .Where(r => RequestStatuses.Of(r.Batch.State, r.Attempt.Outcome) != RequestStatus.Pending
                    && !(r.Attempt.WantsRound && r.Batch.HasRoundsLeft(job)))
                .Select(static r => (r, BatchResult.From(r))),
            static r => r.r.Line.Length + r.r.Source.Length);

    /// <summary>What is said of two jobs that have no row in common.</summary>
    public static string Strangers(string job, string other)
        => $"Jobs '{job}' and '{other}' have no row in common that counts. Rows are matched by custom id: equal rows have equal ones "
            + "where New-ClaudeBatchRequest -CustomId gives no others.";

    /// <summary>Says of a job that is not finished how much is left; null of one that is.</summary>
    public static string? Unfinished(JobRecord job, BookCheck books)
    {
        long left = books.Totals.Pending + books.Totals.NotSubmitted + books.Totals.WaitingForTools;
        return left > 0 || job.SealedAt is null
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Job '{job.Name}' is not finished: {left} of its {books.Totals.Requests} requests have no answer yet")
            : null;
    }

    /// <summary>Gives what is wrong with the books of a job, but for what keeps it from being finished.</summary>
    /// <param name="books">The books.</param>
    /// <param name="besides">What of that is given all the same; null for nothing.</param>
    public static IEnumerable<BookProblem> Wrong(BookCheck books, ProblemKind? besides = null)
        => books.Problems.Where(p => p.Kind == besides || !s_unfinished.Contains(p.Kind));

    /// <summary>Says, after the last job, what there is to say of all of them.</summary>
    public void Close() => _results.Close();

    private static bool HasResults(BatchRecord batch)
        => batch.State is BatchState.Ended or BatchState.Downloaded or BatchState.Collected or BatchState.Lost or BatchState.Deleted;

    private void Tell(JobRecord job, BookCheck books)
    {
        if (Unfinished(job, books) is { } unfinished)
        {
            command.Warn($"{unfinished}, and are not counted.");
        }

        string[] complaints = [.. Wrong(books).Select(static p => p.Message)];
        if (complaints.Length > 0)
        {
            command.Warn($"The books of job '{job.Name}' do not balance: {string.Join(' ', complaints)} Compare-ClaudeBatch "
                + $"-Job {job.Name} lists the ids.");
        }
    }
}
