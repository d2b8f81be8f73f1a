using System.Net;

namespace ClaudeBatch.Core.Tests;

/// <summary>A network that a test lets interfere with a call, before or after the service has received it.</summary>
internal sealed class InterferingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Gives a reply in the service's place, which then does not receive the call; null to let the call pass.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Before { get; set; } = static _ => null;

    /// <summary>Gets the service's reply, and gives it, another one in its place, or throws as if it were lost.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage, HttpResponseMessage> After { get; set; } = static (_, response) => response;

    public int Creates { get; private set; }

    public static bool IsCreate(HttpRequestMessage request)
        => request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath == "/v1/messages/batches";

    /// <summary>Makes a refusal: the service's where it has a type, else that of something on the way.</summary>
    public static HttpResponseMessage Refusal(int status, string? type) => new((HttpStatusCode)status)
    {
        Content = new StringContent(
            type is null ? "<html></html>" : "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"No.\"}}"),
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Creates += IsCreate(request) ? 1 : 0;
        return Before(request) ?? After(request, await base.SendAsync(request, cancellationToken));
    }
}
