using System.Text;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Benchmarks;

/// <summary>Measures the ledger alone: adds short requests to a job and seals it, but sends nothing.</summary>
internal static class LedgerWrites
{
    public static long Run(string folder, int count)
    {
        using JobLedger ledger = JobLedger.OpenOrCreate(new LedgerFolder(folder), TimeProvider.System);
        ServiceConnection connection = new(new Uri("http://127.0.0.1:1"), ApiCredential.FromKey("sk-ant-bench"));
        using JobInput input = JobInput.Open(ledger, new JobInputOptions { Name = $"ledger-{Guid.NewGuid():N}", Connection = connection });
        for (int i = 0; i < count; i++)
        {
            string id = $"row-{i:0000000}";
            input.Add(id, Encoding.UTF8.GetBytes($$$"""{"custom_id":"{{{id}}}","params":{}}"""), default);
        }

        return input.Seal().Accepted;
    }
}
