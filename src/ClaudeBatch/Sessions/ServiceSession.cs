using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Sessions;

/// <summary>The service of a connection and its time; needs no ledger.</summary>
internal sealed class ServiceSession : IDisposable
{
    private readonly ClaudeBatchConnection _connection;

    private readonly Action<ClaudeBatchException, TimeSpan> _onRetry;

    private BatchApi? _api;

    public ServiceSession(ClaudeBatchConnection connection, Action<ClaudeBatchException, TimeSpan> onRetry)
    {
        _connection = connection;
        _onRetry = onRetry;
        Clock = connection switch
        {
            { Plan: null } => TimeProvider.System,
            { IsEmulator: true } => EmulatorClock.Open(State, connection.Plan.Speed),
            _ => new EmulatorClock(TimeProvider.System, connection.Plan.Speed),
        };
    }

    /// <summary>The service's time: real, or the emulator's.</summary>
    public TimeProvider Clock { get; }

    public bool IsEmulator => _connection.IsEmulator;

    /// <exception cref="ClaudeBatchException"><c>ApiKeyMissing</c>.</exception>
    public ServiceConnection Address => _connection.ToService();

    /// <summary>Made at the first call that talks, so that reading the ledger needs no key.</summary>
    /// <exception cref="ClaudeBatchException"><c>ApiKeyMissing</c>.</exception>
    public BatchApi Api => _api ??= new BatchApi(Address, Transport(), Clock, onRetry: _onRetry);

    /// <summary>Finds what this service would refuse in the version and with the betas of the connection.</summary>
    public RequestChecker Checker() => new(
        KnownModels.Of(_connection),
        DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime),
        _connection.ApiVersion ?? ServiceConnection.DefaultApiVersion,
        [.. _connection.Beta]);

    public void Dispose()
    {
        _api?.Dispose();
        (Clock as IDisposable)?.Dispose();
    }

    private string State => Path.Combine(_connection.Folder.Root, "service");

    private HttpMessageHandler Transport()
        => _connection.IsEmulator ? new EmulatorHandler(State, _connection.Plan!, Clock) : HttpTransport.Create();
}
