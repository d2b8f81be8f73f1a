using System.Net;

namespace ClaudeBatch.Core.Api;

/// <summary>The proxy that a request is sent through, for messages: without the user and the password of its address.</summary>
internal sealed class UsedProxy
{
    private static readonly HttpRequestOptionsKey<UsedProxy> s_key = new(nameof(UsedProxy));

    private readonly Uri _whole;

    private UsedProxy(Uri whole, string origin)
    {
        _whole = whole;
        Address = whole.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        Origin = origin;
    }

    /// <summary>The scheme, host and port of the proxy.</summary>
    public string Address { get; }

    /// <summary>Where the proxy comes from, as "It is …" goes on: a variable of the environment, or the system's settings.</summary>
    public string Origin { get; }

    /// <summary>Notes with a request the proxy that it will be sent through, if there is one.</summary>
    public static void Note(HttpRequestMessage request, IWebProxy proxy)
    {
        if (request.RequestUri is { } address && !proxy.IsBypassed(address) && proxy.GetProxy(address) is { } whole && whole != address)
        {
            request.Options.Set(s_key, new UsedProxy(whole, OriginOf(address)));
        }
    }

    /// <summary>Gives the proxy of a request whose failure is the proxy's: no connection was made to it, or by it.</summary>
    public static UsedProxy? Blamed(HttpRequestMessage request, Exception failure)
        => request.Options.TryGetValue(s_key, out UsedProxy? proxy)
            && failure is OperationCanceledException
                or HttpRequestException
                {
                    HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                        or HttpRequestError.ProxyTunnelError
                }
            ? proxy
            : null;

    /// <summary>Says what is wrong with the proxy, as a sentence about it goes on, with its full stop.</summary>
    public string FaultOf(Exception failure)
    {
        // The runtime's words about a proxy repeat its address, with the password in it.
        string words = failure is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }
            ? failure.Message
            : failure.GetBaseException().Message;
        foreach (string form in new[] { _whole.OriginalString, _whole.AbsoluteUri, _whole.ToString() })
        {
            words = words.Replace(form, Address, StringComparison.OrdinalIgnoreCase);
        }

        words = words.Contains('@') ? "it refuses" : words.TrimEnd('.');
        return failure is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }
            ? $"does not connect to the service: {words}."
            : $"could not be reached: {words}.";
    }

    // The names and their order are those of the runtime's proxy of the environment, HttpEnvironmentProxy.
    private static string OriginOf(Uri address)
    {
        string[] names = address.Scheme == Uri.UriSchemeHttps
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            : ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
        return names.FirstOrDefault(static n => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(n))) is { } name
            ? $"set by the variable {name}"
            : "the system's";
    }
}
