using System.Collections.Concurrent;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Sessions;

/// <summary>
/// The models that a service takes: those that came with the module, and those that Get-ClaudeBatchModel -Refresh has read from that
/// service in this process. Each address has its own, because services differ; runspaces of the process share them.
/// </summary>
internal static class KnownModels
{
    private static readonly ConcurrentDictionary<Uri, ModelCatalog> s_learned = new();

    /// <summary>Gives the models of the connection's service; of the default connection's where there is none.</summary>
    /// <exception cref="ClaudeBatch.Core.ClaudeBatchException"><c>AddressInvalid</c>, of the environment's address.</exception>
    public static ModelCatalog Of(ClaudeBatchConnection? connection)
        => s_learned.GetValueOrDefault(AddressOf(connection), ModelCatalog.Shipped);

    /// <summary>Adds the models that the connection's service has listed.</summary>
    public static void Learn(ClaudeBatchConnection? connection, IEnumerable<ServiceModel> listed)
        => s_learned.AddOrUpdate(
            AddressOf(connection), _ => ModelCatalog.Shipped.With(listed), (_, known) => known.With(listed));

    // A request can be made before anybody has connected again after a Connect-ClaudeBatch that failed: it goes nowhere yet.
    private static Uri AddressOf(ClaudeBatchConnection? connection) => connection is null && ConnectionDefaults.LastConnectFailed
        ? ServiceConnection.DefaultBaseAddress
        : ConnectionDefaults.Resolve(connection).BaseUri!;
}
