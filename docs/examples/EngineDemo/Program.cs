// The demo of docs/examples/demo.ps1 on the engine alone, for machines where PowerShell cannot be had.
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Submission;
using ClaudeBatch.Emulator;
using EngineDemo;

string examples = args.Length > 0 ? args[0] : "docs/examples";
string output = Path.GetFullPath(Path.Combine(examples, "../../out/demo"));
if (Directory.Exists(output))
{
    Directory.Delete(output, recursive: true);
}

LedgerFolder folder = new LedgerFolder(Path.Combine(output, "ledger")).Emulator;
EmulatorPlan plan = new() { Errored = 0.06, Expired = 0.04, Seed = 3, Speed = 120, Answers = Path.Combine(examples, "labels.jsonl") };
string service = Path.Combine(folder.Root, "service");
EmulatorClock clock = EmulatorClock.Open(service, plan.Speed);
using JobLedger ledger = JobLedger.OpenOrCreate(folder, clock);
using BatchApi api = new(
    new ServiceConnection(EmulatorHandler.BaseAddress, ApiCredential.FromKey("emulator")), new EmulatorHandler(service, plan, clock), clock);

using RequestTemplate template = new(
    "claude-haiku-4-5", 12, [("system", "\"Answer with one label: billing, bug, delivery, account, feature, cancel, praise.\""u8.ToArray())]);
SealedInput input;
using (JobInput open = JobInput.Open(ledger, "tickets", api.Connection, new SpoolLimits(MaxRequests: 100)))
{
    foreach (string[] row in Csv.Read(Path.Combine(examples, "messages.csv")).Skip(1))
    {
        PreparedRequest request = template.Render($"ticket-{row[0]}", row[1]);
        open.Add(request.CustomId, request.Utf8.Span, default);
    }

    input = open.Seal();
}

IReadOnlyList<BatchRecord> round = input.NewBatches;
while (round.Count > 0)
{
    foreach (BatchRecord batch in round)
    {
        await Job.RunAsync(ledger, api, clock, batch);
    }

    round = new RetryPlanner(ledger).Plan(input.Job, new RetryFilter { MaxAttempts = 5 }, new SpoolLimits());
}

BookCheck books = new Reconciler(ledger).Check(ledger.Jobs.Get(input.Job.Id));
JobTotals totals = books.Totals;
Console.WriteLine(
    $"Requests {totals.Requests}: succeeded {totals.Succeeded}, errored {totals.Errored}, expired {totals.Expired}, missing {totals.Missing}. "
    + $"Reconciled: {books.IsReconciled}");

string path = Path.Combine(output, "labels.csv");
using StreamWriter csv = new(path);
csv.WriteLine("Id,Text,Status");
using ResultReader reader = new(ledger);
foreach (CollectedResult result in reader.InOrder(ledger.Batches.OfJob(input.Job.Id)))
{
    string text = AnswerContent.Read(result.Line)?.Text ?? string.Empty;
    if (result.Attempt.Row < 8)
    {
        Console.WriteLine($"{result.Attempt.CustomId}: {text}");
    }

    csv.WriteLine($"{result.Attempt.CustomId["ticket-".Length..]},{text},{result.Attempt.Outcome}");
}

Console.WriteLine($"All answers: {path}");
