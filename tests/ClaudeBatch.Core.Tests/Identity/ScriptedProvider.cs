using System.Net;
using System.Text;

namespace ClaudeBatch.Core.Tests.Identity;

/// <summary>An identity provider that answers what a test says, the last answer for ever, and remembers what it was asked.</summary>
internal sealed class ScriptedProvider(params (int Status, string Body)[] answers) : HttpMessageHandler
{
    public List<(HttpMethod Method, Uri Address, string Headers, string Body)> Requests { get; } = [];

    /// <summary>What the network does instead, as long as it is there.</summary>
    public Exception? Failure { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add((
            request.Method,
            request.RequestUri!,
            request.Headers.ToString(),
            request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken)));
        if (Failure is not null)
        {
            throw Failure;
        }

        (int status, string body) = answers[Math.Min(Requests.Count, answers.Length) - 1];
        return new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8) };
    }
}
