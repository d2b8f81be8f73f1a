using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Submission;

namespace EngineDemo;

/// <summary>One batch from sealed to collected.</summary>
internal static class Job
{
    public static async Task RunAsync(JobLedger ledger, BatchApi api, TimeProvider clock, BatchRecord batch)
    {
        SendResult sent = await new BatchSender(ledger, api).SendAsync(batch.Id, sent: null, CancellationToken.None);
        if (sent.Failure is not null)
        {
            throw sent.Failure;
        }

        BatchPoller poller = new(ledger, api, clock);
        BatchRecord now = sent.Batch;
        while (!BatchState.IsOver(now.State))
        {
            await Task.Delay(poller.NextWait(now.CreatedAt!.Value, null, 0), clock, CancellationToken.None);
            now = await poller.RefreshAsync(now, CancellationToken.None);
        }

        now = await new BatchCollector(ledger, api, clock).CollectAsync(now.Id, received: null, CancellationToken.None);
        Console.WriteLine(
            $"{now.Key} (attempt {now.Attempt}): {now.RequestCount} requests, succeeded {now.Counts.Succeeded}, errored {now.Counts.Errored}, expired {now.Counts.Expired}");
    }
}
