namespace ClaudeBatch.Core.Tests;

/// <summary>A network that does to a call what a test wants, before or after the service has seen it.</summary>
internal sealed class InterferingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Answers in the service's place, when it gives something.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Before { get; set; } = static _ => null;

    /// <summary>Sees the service's answer, and may lose it.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage, HttpResponseMessage> After { get; set; } = static (_, response) => response;

    public int Creates { get; private set; }

    public static bool IsCreate(HttpRequestMessage request)
        => request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath == "/v1/messages/batches";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Creates += IsCreate(request) ? 1 : 0;
        return Before(request) ?? After(request, await base.SendAsync(request, cancellationToken));
    }
}
