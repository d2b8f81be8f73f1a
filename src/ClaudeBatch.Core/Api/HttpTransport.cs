using System.Net;
using System.Net.Security;

namespace ClaudeBatch.Core.Api;

/// <summary>The HTTP transport. It takes proxies and trusted certificates from the operating system, and follows no redirects.</summary>
/// <remarks>
/// A create call and an upload have a connection of their own, on which a reply is read even while the body is being sent (<see cref="ListeningStream"/>).
/// </remarks>
public sealed class HttpTransport : HttpMessageHandler
{
    /// <summary>
    /// The size in bytes above which a create call or an upload sends <c>Expect: 100-continue</c>: the body is sent after the service has seen the
    /// headers, so that a refused key does not cost an upload.
    /// </summary>
    public const long ExpectContinueFrom = 1_000_000;

    private readonly IWebProxy _proxy;

    private readonly HttpMessageInvoker _calls;

    private readonly HttpMessageInvoker _creates;

    private HttpTransport(SslClientAuthenticationOptions? security, IWebProxy? proxy)
    {
        _proxy = proxy ?? HttpClient.DefaultProxy;
        _calls = new HttpMessageInvoker(Handler(security, proxy));
        SocketsHttpHandler creates = Handler(security, proxy);
        // After a refusal the rest of the body is not sent, so no other request may use the same connection.
        creates.PooledConnectionLifetime = TimeSpan.Zero;
        creates.PlaintextStreamFilter = static (context, _) => ValueTask.FromResult(
            context.InitialRequestMessage.Options.TryGetValue(EarlyReply.Key, out EarlyReply? reply)
                ? new ListeningStream(context.PlaintextStream, reply)
                : context.PlaintextStream);
        _creates = new HttpMessageInvoker(creates);
    }

    public static HttpMessageHandler Create() => new HttpTransport(security: null, proxy: null);

    /// <summary>Makes a transport with another certificate or proxy than the operating system's, for tests.</summary>
    internal static HttpMessageHandler Create(SslClientAuthenticationOptions? security, IWebProxy? proxy)
        => new HttpTransport(security, proxy);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        UsedProxy.Note(request, _proxy);
        return (request.Options.TryGetValue(EarlyReply.Key, out _) ? _creates : _calls).SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _calls.Dispose();
            _creates.Dispose();
        }

        base.Dispose(disposing);
    }

    private static SocketsHttpHandler Handler(SslClientAuthenticationOptions? security, IWebProxy? proxy)
    {
        SocketsHttpHandler handler = new()
        {
            // A redirect could carry the key to another host.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            Expect100ContinueTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };
        handler.SslOptions = security ?? handler.SslOptions;
        handler.Proxy = proxy ?? handler.Proxy;
        return handler;
    }
}
