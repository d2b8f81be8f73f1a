using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Rounds;

/// <summary>Lists the calls of a job's answers that wait to be run, without running them.</summary>
public static class PendingCalls
{
    /// <summary>Gives the calls in the order in which they would run.</summary>
    public static IEnumerable<PendingCall> Of(JobLedger ledger, JobRecord job)
    {
        using WaitingRows waiting = new(ledger);
        foreach (WaitingRow row in waiting.Batches(job).SelectMany(b => waiting.Of(b, static r => r)).SelectMany(static page => page))
        {
            for (int position = 0; position < row.Calls.Count; position++)
            {
                ToolUse use = row.Calls[position];
                if (row.RecordOf(position) is { IsUnknown: true })
                {
                    break; // nobody goes on with this answer before a person has said what became of the call
                }

                if (row.RecordOf(position)?.State != ToolCallState.Done)
                {
                    string id = use.Id ?? string.Empty;
                    yield return new PendingCall(
                        row.Batch, row.Attempt.Row, row.Attempt.CustomId, position, id, use.Name ?? string.Empty, use.Input, default);
                }
            }
        }
    }
}
