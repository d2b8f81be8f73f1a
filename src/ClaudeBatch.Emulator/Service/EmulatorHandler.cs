using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace ClaudeBatch.Emulator;

/// <summary>The emulated service without a port: an HTTP handler that answers requests within the process.</summary>
public sealed class EmulatorHandler : HttpMessageHandler
{
    /// <summary>
    /// The address of the service. No network resolves the name, so a request that does not go to the handler reaches nobody.
    /// </summary>
    public static readonly Uri BaseAddress = new("https://emulator.invalid/");

    private readonly EmulatedService _service;

    /// <param name="stateFolder">The folder in which the batches are kept.</param>
    /// <param name="plan">The plan of how the service behaves.</param>
    /// <param name="clock">The clock of the service.</param>
    /// <param name="newId">Makes the ids of batches and replies from their prefix; null for random ids.</param>
    public EmulatorHandler(string stateFolder, EmulatorPlan plan, TimeProvider clock, Func<string, string>? newId = null)
        => _service = new EmulatedService(stateFolder, plan, clock, BaseAddress, newId);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        EmulatedReply reply = await _service.HandleAsync(
            new EmulatedRequest(
                request.Method.Method,
                request.RequestUri!.AbsolutePath,
                request.RequestUri.Query,
                name => Header(request, name),
                (target, token) => request.Content?.CopyToAsync(target, token) ?? Task.CompletedTask),
            cancellationToken).ConfigureAwait(false);
        if (reply.IsLost)
        {
            throw new HttpRequestException("An error occurred while sending the request.", new ConnectionBrokenException());
        }

        HttpResponseMessage response = new((HttpStatusCode)reply.Status)
        {
            Content = new StreamContent(reply.Body),
            RequestMessage = request,
        };
        response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(reply.ContentType);
        foreach ((string name, string value) in reply.Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    // As a socket would send them.
    private static string? Header(HttpRequestMessage request, string name)
        => request.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values)
            || request.Content?.Headers.NonValidated.TryGetValues(name, out values) == true
            ? values.ToString()
            : name.ToUpperInvariant() switch
            {
                "HOST" => request.RequestUri!.Authority,
                "CONTENT-LENGTH" => request.Content?.Headers.ContentLength?.ToString(CultureInfo.InvariantCulture),
                _ => null,
            };
}
