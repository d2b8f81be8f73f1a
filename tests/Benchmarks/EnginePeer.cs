using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Benchmarks;

/// <summary>Submits and collects with the engine alone. It is measured in place of the module where there is no PowerShell.</summary>
internal static class EnginePeer
{
    private const string Job = "bench";

    public static async Task<long> SubmitAsync(string address, string folder, string file)
    {
        using JobLedger ledger = JobLedger.OpenOrCreate(new LedgerFolder(folder), TimeProvider.System);
        ServiceConnection connection = Connection(address);
        using BatchApi api = new(connection, HttpTransport.Create(), TimeProvider.System);
        RequestChecker checker = new(ModelCatalog.Shipped, DateOnly.FromDateTime(DateTime.UtcNow), "2023-06-01", []);
        SealedInput input = Seal(ledger, connection, checker, file);
        RoundReport report = await new BatchRound(ledger, api).DeliverAsync(input.NewBatches.Select(static b => b.Id), sent: null, CancellationToken.None);
        return report.Batches.Where(static b => b.State == BatchState.InProgress).Sum(static b => (long)b.RequestCount);
    }

    public static async Task<long> CollectAsync(string address, string folder)
    {
        using JobLedger ledger = JobLedger.Open(new LedgerFolder(folder), TimeProvider.System);
        using BatchApi api = new(Connection(address), HttpTransport.Create(), TimeProvider.System);
        BatchPoller poller = new(ledger, api, TimeProvider.System);
        BatchCollector collector = new(ledger, api, TimeProvider.System);
        List<BatchRecord> collected = [];
        foreach (BatchRecord batch in ledger.Batches.OfJob(ledger.Jobs.Find(Job)!.Id))
        {
            await poller.RefreshAsync(batch, CancellationToken.None);
            collected.Add(await collector.CollectAsync(batch.Id, received: null, CancellationToken.None));
        }

        using ResultReader reader = new(ledger);
        long count = 0;
        foreach (CollectedResult result in ReadAhead.Of(reader.InOrder(collected), static r => r.Line.Length))
        {
            count += result.Line.Length > 0 ? 1 : 0;
        }

        return count;
    }

    private static SealedInput Seal(JobLedger ledger, ServiceConnection connection, RequestChecker checker, string file)
    {
        using JobInput input = JobInput.Open(ledger, new JobInputOptions { Name = Job, Connection = connection, Checker = checker });
        using LineScanner scanner = new((line, _, number) => input.AddLine(line, () => $"{file}:{number}"));
        using FileStream stream = File.OpenRead(file);
        byte[] buffer = new byte[256 * 1024];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            scanner.Feed(buffer.AsSpan(0, count));
        }

        scanner.Complete();
        return input.Seal();
    }

    private static ServiceConnection Connection(string address) => new(new Uri(address), ApiCredential.FromKey("sk-ant-bench"));
}
