using ClaudeBatch.Core;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Tests;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Clients.Tests;

/// <summary>What <see cref="WholeBatch"/> does, with this project's engine.</summary>
internal static class OurBatch
{
    public static async Task RunAsync(ServiceConnection connection, string folder, FakeTimeProvider clock)
    {
        using JobLedger ledger = JobLedger.OpenOrCreate(new LedgerFolder(folder), clock);
        using BatchApi api = new(connection, HttpTransport.Create(), clock);
        BatchControl control = new(ledger, api);
        BatchRecord made = await SendAsync(ledger, api, "one", "a", "b");
        clock.Advance(TimeSpan.FromSeconds(90));
        BatchRecord other = await SendAsync(ledger, api, "two", "c");
        BatchRecord canceling = await control.CancelAsync(other, CancellationToken.None);
        BatchRecord ended = await new BatchPoller(ledger, api, clock).RefreshAsync(made, CancellationToken.None);
        await new BatchCollector(ledger, api, clock).CollectAsync(made.Id, null, CancellationToken.None);
        BatchRecord collected = ledger.Batches.Get(made.Id);
        await control.DeleteAsync(collected, CancellationToken.None);

        Assert.Equal((BatchState.Canceling, BatchState.Ended, BatchState.Collected), (canceling.State, ended.State, collected.State));
        Assert.Equal(2, new Reconciler(ledger).Check(ledger.Jobs.Get(made.JobId)).Totals.Succeeded);
        ClaudeBatchException gone = await Assert.ThrowsAsync<ClaudeBatchException>(() => api.RetrieveAsync(made.ServiceId!, CancellationToken.None));
        Assert.Equal(FailureKind.NotFound, gone.Kind);
    }

    private static async Task<BatchRecord> SendAsync(JobLedger ledger, BatchApi api, string job, params string[] ids)
    {
        using RequestTemplate template = new("claude-haiku-4-5", 20, []);
        using JobInput input = JobInput.Open(ledger, new JobInputOptions { Name = job, Connection = api.Connection, Limits = new SpoolLimits() });
        foreach (string id in ids)
        {
            input.Add(id, template.Render(id, "Say good").Utf8.Span, """{"row":1}"""u8);
        }

        BatchRecord part = input.Seal().NewBatches.Single();
        SendResult sent = await new BatchSender(ledger, api).SendAsync(part.Id, null, CancellationToken.None);
        Assert.Null(sent.Failure);
        return ledger.Batches.Get(part.Id);
    }
}
