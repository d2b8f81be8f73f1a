using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch;

/// <content>How results are made of what was collected.</content>
public sealed partial class BatchResult
{
    // The members' values count from 0. (The runtime looks a name up, by code that takes long to compile.)
    private static readonly string[] s_statuses = Enum.GetNames<Outcome>();

    private static readonly string[] s_failureClasses = Enum.GetNames<FailureClass>();

    /// <summary>
    /// Makes the results in the same order. The next ones are read and checked in the background while the pipeline handles the last.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    internal static IEnumerable<BatchResult> From(IEnumerable<CollectedResult> collected)
        => ReadAhead.Of(collected.Select(From), static r => r._line.Length + r._sourceJson.Length + (r._request?.Length ?? 0));

    [MethodImpl(Hot.AtOnce)]
    internal static BatchResult From(CollectedResult collected)
    {
        AttemptRecord attempt = collected.Attempt;
        Outcome status = attempt.Outcome ?? UnfinishedStatus(collected.Batch.State);
        // The ledger has all that a success needs here. Only the error of a failed request has to be parsed from its line.
        ResultLine? line = status == Outcome.Errored ? ResultLine.Parse(collected.Line) : null;
        string? reason = Core.Results.Completeness.Reason(status, attempt.StopReason, Core.Results.Completeness.ErrorWords(collected, line))
            ?? Core.Results.Completeness.AnswerReason(collected);
        reason = reason is not null && attempt.FailedLater is not null
            ? $"{Sentence.Of(reason)} A later attempt failed, and this answer is kept; -AllAttempts gives both."
            : reason;
        return new BatchResult
        {
            _line = collected.Line,
            _answer = collected.Answer, // already parsed where a schema was checked
            _wasRead = collected.Answer is not null,
            _isForcedCall = collected.IsForcedCall(),
            _sourceJson = collected.Source,
            CustomId = attempt.CustomId,
            Variant = attempt.Variant,
            Status = s_statuses[(int)status],
            StopReason = attempt.StopReason,
            IsComplete = reason is null,
            Reason = reason,
            Model = attempt.Model,
            ErrorType = attempt.ErrorType,
            ErrorMessage = line?.ErrorMessage,
            FailureClass = s_failureClasses[(int)(attempt.FailureClass ?? Core.Ledger.FailureClass.None)],
            BatchId = collected.Batch.ServiceId,
            Job = collected.Batch.Job,
            Attempt = collected.Batch.Attempt,
            Rounds = collected.Batch.Round,
            _rounds = attempt.Rounds,
            _request = collected.Request,
            RequestId = line?.ErrorRequestId,
            _picodollars = attempt.CostInPicodollars,
            Place = (collected.Batch, attempt.Row),
            IsNotAccepted = attempt.NotAccepted is not null,
            WantsRound = attempt.WantsRound,
        };
    }

    private static Outcome UnfinishedStatus(BatchState batchState)
        => batchState is BatchState.Lost or BatchState.Deleted ? Outcome.Unknown : Outcome.Missing;
}
