using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Sessions;

/// <summary>The service of a connection and the service's clock. Neither needs a ledger.</summary>
internal sealed class ServiceSession : IDisposable
{
    // A call takes a second, and nobody waits for one that hangs.
    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(15);

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
            { IsEmulator: true } => OfEmulator(_connection.Folder, connection.Plan.Speed),
            _ => new EmulatorClock(TimeProvider.System, connection.Plan.Speed),
        };
    }

    public ClaudeBatchConnection Connection => _connection;

    /// <summary>The system's clock, or the emulator's, which can run faster.</summary>
    public TimeProvider Clock { get; }

    /// <summary>How the last call failed, where the service has answered none of those that were made; null where it has, or was not
    /// called.</summary>
    public ClaudeBatchException? Outage => _api?.Outage;

    public bool IsEmulator => _connection.IsEmulator;

    /// <exception cref="ClaudeBatchException"><c>ApiKeyMissing</c>.</exception>
    public ServiceConnection Address => _connection.ToService();

    /// <summary>Takes out something that the user is to be warned of about who calls the service; null where there is nothing.</summary>
    public string? NextWarning() => _api is null ? null
        : (_connection.Credential as TokenCredential)?.NextWarning() ?? IdentityFinder.NextWarning(_connection);

    /// <summary>The API of the service. It is made at its first use, because reading the ledger needs no key.</summary>
    /// <exception cref="ClaudeBatchException"><c>ApiKeyMissing</c>, <c>TokenScriptFailed</c>.</exception>
    public BatchApi Api => _api ??= MakeApi();

    /// <summary>Returns a checker for what the service would refuse under the API version and betas of the connection.</summary>
    public RequestChecker Checker() => new(
        KnownModels.Of(_connection),
        DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime),
        _connection.ApiVersion ?? ServiceConnection.DefaultApiVersion,
        [.. _connection.Beta]);

    public void Dispose()
    {
        (_connection.Credential as TokenCredential)?.Finish(s_renewal);
        _api?.Dispose();
        (Clock as IDisposable)?.Dispose();
    }

    /// <summary>The folder in which the emulated service keeps its batches.</summary>
    public string StateFolder => _connection.Folder.EmulatorState;

    private static EmulatorClock OfEmulator(LedgerFolder folder, double speed)
    {
        try
        {
            return EmulatorClock.Open(folder.EmulatorState, speed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LedgerFolder.NotWritable(folder.EmulatorState, e);
        }
    }

    private BatchApi MakeApi()
    {
        ScriptToken.CheckCaller(_connection);
        return new BatchApi(Address, Transport(), Clock, onRetry: _onRetry);
    }

    private HttpMessageHandler Transport()
        => _connection.IsEmulator
            ? new EmulatorHandler(StateFolder, _connection.Plan!, Clock)
            : HttpTransport.Create();
}
