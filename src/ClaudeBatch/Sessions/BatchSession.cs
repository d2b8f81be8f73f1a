using ClaudeBatch.Core;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Sessions;

/// <summary>The open ledger and the service of one running cmdlet. The service is first called when it is needed.</summary>
internal sealed class BatchSession : IDisposable
{
    private BatchRound? _round;

    private BatchSession(ServiceSession service, JobLedger ledger)
    {
        Service = service;
        Ledger = ledger;
    }

    public JobLedger Ledger { get; }

    public ServiceSession Service { get; }

    public TimeProvider Clock => Service.Clock;

    public BatchApi Api => Service.Api;

    public BatchRound Round => _round ??= new BatchRound(Ledger, Api, Rehearsal());

    /// <summary>The tools that the line names; null where it names none.</summary>
    public IToolBench? Bench { get; set; }

    public JobStep Step => new(Ledger, Round, Collector, Rounds);

    private JobRounds Rounds => new(Ledger, new RoundPlanner(Ledger, () => KnownModels.Of(Service.Connection), Service.Checker), Bench);

    public JobEnds Ends => new(Ledger, Step);

    public BatchControl Control => new(Ledger, Api);

    public BatchRepair Repair => new(Ledger, Api);

    public BatchPoller Poller => new(Ledger, Api, Clock);

    public BatchCollector Collector => new(Ledger, Api, Clock, () => KnownModels.Of(Service.Connection));

    /// <summary>
    /// Opens the ledger of a service's connection. Returns null when there is none and <paramref name="create"/> is false.
    /// </summary>
    /// <param name="service">The service, which is not disposed with the session.</param>
    /// <param name="create">Whether a ledger is made where there is none.</param>
    public static BatchSession? Open(ServiceSession service, bool create)
    {
        LedgerFolder folder = service.Connection.Folder;
        if (!create && !folder.Exists)
        {
            return null;
        }

        if (create)
        {
            folder.Create();
        }

        JobLedger ledger = create ? JobLedger.OpenOrCreate(folder, service.Clock) : JobLedger.Open(folder, service.Clock);
        return new BatchSession(service, ledger);
    }

    /// <summary>Whether somebody runs the tools of a job at this moment.</summary>
    public bool AreToolsRun(JobRecord job) => OwnershipLock.IsTaken(Ledger.Folder, job.ToolsLockName);

    // On the thread of the pipeline, where alone a script block may run; the round waits for it without a lock.
    private Func<BatchRecord, CancellationToken, Task>? Rehearsal() => Service.Connection is { IsEmulator: true, Answers: { } answers }
        ? (part, token) => PipelinePump.OnPipelineAsync(() => answers.Answer(
            part.Identity, Ledger.Folder.Spool(part.JobId, part.Part), new AnswerStore(Service.StateFolder), token))
        : null;

    public void Dispose() => Ledger.Dispose();
}
