using System.Globalization;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <content>The errors of a collection.</content>
public sealed partial class BatchCollector
{
    /// <summary>Makes the error for a batch whose results are asked for before it has ended.</summary>
    public static ClaudeBatchException NotEnded(BatchRecord batch)
    {
        string hint = batch.State.IsFinal()
            ? "It will have no results."
            : "Wait for it with Wait-ClaudeBatch.";
        return new ClaudeBatchException(
            FailureKind.Conflict, "BatchNotEnded", $"Batch '{batch.ServiceId ?? batch.Key}' has no results: it is {batch.State}. {hint}")
        { Target = batch.ServiceId ?? batch.Key };
    }

    private static ClaudeBatchException Archived(BatchRecord batch) => new(
        FailureKind.NotFound,
        "ResultsExpired",
        string.Create(
            CultureInfo.InvariantCulture,
            $"The results of batch '{batch.Key}' were archived by the service on {batch.ArchivedAt ?? batch.ResultsExpireAt:yyyy-MM-dd} UTC; it "
                + $"keeps them for 29 days, and they can be had no more."))
    { Target = batch.Key };

    private static ClaudeBatchException Changed(BatchRecord batch) => new(
        FailureKind.Busy,
        "BatchBusy",
        $"Batch '{batch.Key}' was changed by another process while its results came; they were not kept. Run the line again.")
    { Target = batch.Key };

    private static ClaudeBatchException Failure(BatchRecord batch, ReceivedResults came) => came.Instead is { } instead
        ? new ClaudeBatchException(
            FailureKind.InvalidData,
            "ResultsUnreadable",
            $"What came for the results of batch '{batch.Key}' has none: {instead}. Something between here and the service may have given it. "
                + "Run the line again; the batch is safe.")
        { Target = batch.Key, RequestId = came.Headers.RequestId }
        : Incomplete(batch, came.Table, came.Cut);

    private static ClaudeBatchException Incomplete(BatchRecord batch, OutcomeTable table, Exception? cut)
    {
        string[] faults =
        [
            .. Counted(table.Lacking, $"of {batch.RequestCount.ToString(CultureInfo.InvariantCulture)} requests have no answer yet"),
            .. Counted(table.Unreadable, "lines cannot be read"),
            .. Counted(table.Duplicated, "lines repeat an id"),
            .. Counted(table.Foreign, "lines have an id that was never in the batch"),
        ];
        string what = faults.Length == 0 ? "the service has counted other ones" : string.Join(", ", faults);
        return cut is null
            ? new ClaudeBatchException(
                FailureKind.InvalidData,
                "ResultsIncomplete",
                $"The results of batch '{batch.Key}' are not what they should be: {what}. What came is kept. Run the line again, or "
                    + $"Resume-ClaudeBatch -Job {batch.Job}; the batch is safe.")
            { Target = batch.Key }
            : new ClaudeBatchException(
                FailureKind.Network,
                "ResultsCut",
                $"The results of batch '{batch.Key}' broke off ({cut.GetBaseException().Message}): {what}. What came is kept. Run the line "
                    + "again; the batch is safe.",
                cut)
            { Target = batch.Key };
    }

    private static ClaudeBatchException NotReplaced(BatchRecord batch, int dropped) => new(
        FailureKind.InvalidData,
        "ResultsIncomplete",
        string.Create(
            CultureInfo.InvariantCulture,
            $"The service has left out {dropped} requests of batch '{batch.Key}' that have an answer in the ledger, and their lines on disk are "
                + $"gone or were changed. What is here stays as it is. Run the line again in some minutes."))
    { Target = batch.Key };

    private static string[] Counted(int count, string what)
        => count == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{count} {what}")];
}
