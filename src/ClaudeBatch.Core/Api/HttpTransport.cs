using System.Net;

namespace ClaudeBatch.Core.Api;

/// <summary>How bytes reach the service: proxies and certificate stores are the system's, redirects are never followed.</summary>
public static class HttpTransport
{
    /// <summary>The body waits for the service's nod from this size on, so that a refused key does not cost an upload.</summary>
    public const long ExpectContinueFrom = 1_000_000;

    public static HttpMessageHandler Create() => new SocketsHttpHandler
    {
        // A redirect could carry the key to another host.
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        Expect100ContinueTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    };
}
