using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <content>What is said when a job ends.</content>
public abstract partial class ConnectedCommand
{
    /// <summary>
    /// Writes the line that closes a job, and complains where too many of its requests have no usable answer. A job that goes on is passed
    /// over.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="maxFailureRatio">The share of the requests, 0 to 1, above which an error is written. Null where the user has named none: a
    /// warning is written above a tenth.</param>
    internal void TellEnd(JobRecord job, double? maxFailureRatio)
    {
        if (JobEnd.Of(Open().Ledger, job) is not { } end)
        {
            return;
        }

        // Two commands of a pipeline may see the same end.
        if (!Told.TryAdd(this, end.Sentence()))
        {
            return;
        }

        WriteHostLine(end.Sentence());
        // Who stops a job knows that most of it has no answer.
        if (job.StoppedAt is not null || end.UnusableRatio <= (maxFailureRatio ?? StageGate.DefaultFailureRatio))
        {
            return;
        }

        if (maxFailureRatio is null)
        {
            Warn(end.Complaint());
        }
        else
        {
            Fail(new ClaudeBatchException(FailureKind.InvalidData, "FailureRatioExceeded", end.Complaint()) { Target = job.Name });
        }
    }
}
