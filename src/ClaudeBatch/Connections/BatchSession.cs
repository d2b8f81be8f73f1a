using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Connections;

/// <summary>What a cmdlet works with while it runs: the ledger, the clock, and the service once it is needed.</summary>
internal sealed class BatchSession : IDisposable
{
    private readonly ClaudeBatchConnection _connection;

    private readonly Action<ClaudeBatchException, TimeSpan> _onRetry;

    private BatchApi? _api;

    private BatchRound? _round;

    private BatchSession(ClaudeBatchConnection connection, JobLedger ledger, TimeProvider clock, Action<ClaudeBatchException, TimeSpan> onRetry)
    {
        _connection = connection;
        _onRetry = onRetry;
        Ledger = ledger;
        Clock = clock;
    }

    public JobLedger Ledger { get; }

    /// <summary>The service's time: real, or the emulator's.</summary>
    public TimeProvider Clock { get; }

    public bool IsEmulator => _connection.IsEmulator;

    public ServiceConnection Service => _connection.ToService();

    /// <summary>Made at the first call that talks, so that reading the ledger needs no key.</summary>
    public BatchApi Api => _api ??= new BatchApi(Service, Transport(), Clock, onRetry: _onRetry);

    /// <summary>Finds what this service would refuse in the version and with the betas of the connection.</summary>
    public RequestChecker Checker()
        => new(Models.Current, DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime), Service.ApiVersion, [.. Service.Betas]);

    public BatchRound Round => _round ??= new BatchRound(Ledger, Api);

    public JobStep Step => new(Ledger, Round, Collector);

    public BatchControl Control => new(Ledger, Api);

    public BatchRepair Repair => new(Ledger, Api);

    public BatchPoller Poller => new(Ledger, Api, Clock);

    public BatchCollector Collector => new(Ledger, Api, Clock);

    /// <summary>Opens the connection's ledger; null when there is none and it is not to be made.</summary>
    public static BatchSession? Open(ClaudeBatchConnection connection, bool create, Action<ClaudeBatchException, TimeSpan> onRetry)
    {
        LedgerFolder folder = connection.Folder;
        if (!create && !folder.Exists)
        {
            return null;
        }

        if (create)
        {
            folder.Create();
        }

        TimeProvider clock = ClockOf(connection, folder);
        return new BatchSession(
            connection, create ? JobLedger.OpenOrCreate(folder, clock) : JobLedger.Open(folder, clock), clock, onRetry);
    }

    public void Dispose()
    {
        _api?.Dispose();
        Ledger.Dispose();
    }

    private static TimeProvider ClockOf(ClaudeBatchConnection connection, LedgerFolder folder)
    {
        if (connection.Plan is null)
        {
            return TimeProvider.System;
        }

        return connection.IsEmulator
            ? EmulatorClock.Open(StateOf(folder), connection.Plan.Speed)
            : new EmulatorClock(TimeProvider.System, connection.Plan.Speed);
    }

    private static string StateOf(LedgerFolder folder) => Path.Combine(folder.Root, "service");

    private HttpMessageHandler Transport() => _connection.IsEmulator
        ? new EmulatorHandler(StateOf(Ledger.Folder), _connection.Plan!, Clock)
        : HttpTransport.Create();
}
