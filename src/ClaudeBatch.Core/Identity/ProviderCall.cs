using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Identity;

/// <summary>
/// Asks an identity provider for a token over HTTP. What it replies is shown only in the fields that a refusal has, and never where it
/// may hold a token.
/// </summary>
/// <param name="provider">Names the provider for people, so that a sentence can begin with it.</param>
/// <param name="handler">The transport; it is not disposed.</param>
/// <param name="clock">The clock by which tries are spread. The limit of one try is real time.</param>
internal sealed partial class ProviderCall(string provider, HttpMessageHandler handler, TimeProvider clock)
{
    private const int MostBytes = 1 << 20;

    private const int MostWords = 400;

    /// <summary>The limit of one try.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait before another try; null where this was the last. A status of null is a failure of the network.</summary>
    public Func<HttpStatusCode?, int, TimeSpan?> Again { get; init; } = Backoff;

    /// <summary>What the requests prove themselves with. It is taken out of whatever is shown; null where there is none.</summary>
    public string? Secret { get; init; }

    /// <summary>What to do about a provider that cannot be reached, as a sentence.</summary>
    public string Unreachable { get; init; } = "Run the line again.";

    /// <summary>Three more tries, one second, two and four later, where another may go better.</summary>
    public static TimeSpan? Backoff(HttpStatusCode? status, int tries)
        => tries <= 3 && (status is null or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500)
            ? TimeSpan.FromSeconds(1 << (tries - 1))
            : null;

    /// <summary>Sends a request until there is a token.</summary>
    /// <param name="request">Makes the request, anew for each try.</param>
    /// <param name="token">Finds the token in the reply; null where there is none.</param>
    /// <param name="advice">What to do about a refusal, as a sentence; null where there is nothing to say.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ClaudeBatchException"><c>IdentityProviderUnreachable</c>, <c>IdentityProviderRefused</c>,
    /// <c>IdentityProviderReplyInvalid</c>.</exception>
    public async Task<string> TokenAsync(
        Func<HttpRequestMessage> request,
        Func<JsonElement, JsonElement?> token,
        Func<HttpStatusCode, string, string?> advice,
        CancellationToken cancellationToken)
    {
        // In a header, it would make an error deep inside the HTTP stack.
        if (Secret.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
        {
            throw new ClaudeBatchException(
                FailureKind.Authentication,
                "IdentityProviderAbsent",
                $"{provider} cannot be asked: the secret for it has characters that none has. Look who has set it.");
        }

        using HttpMessageInvoker invoker = new(handler, disposeHandler: false);
        for (int tries = 1; ; tries++)
        {
            HttpStatusCode? status = null;
            byte[] body = [];
            Exception? failure = null;
            try
            {
                (status, body) = await SendAsync(invoker, request(), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException or InvalidDataException)
            {
                failure = e;
            }

            if (status is { } good && (int)good is >= 200 and < 300)
            {
                return Text(body, token) ?? throw new ClaudeBatchException(
                    FailureKind.Authentication,
                    "IdentityProviderReplyInvalid",
                    $"{provider} has replied without a token ({body.Length} bytes that are not the JSON it should be). Look what answers "
                        + "there: it may be a proxy.");
            }

            if (Again(status, tries) is not { } wait)
            {
                throw status is { } refusal ? Refused(refusal, body, advice) : UnreachableBecause(failure!);
            }

            await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(
        HttpMessageInvoker invoker, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpRequestMessage sent = request;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using HttpResponseMessage reply = await invoker.SendAsync(sent, limit.Token).ConfigureAwait(false);
            Stream stream = await reply.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            byte[] bytes = new byte[MostBytes];
            int read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, limit.Token).ConfigureAwait(false);
            return (reply.StatusCode, bytes[..read]);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("It did not reply in time.", e);
        }
    }

    private ClaudeBatchException UnreachableBecause(Exception failure) => new(
        failure is TimeoutException ? FailureKind.Timeout : FailureKind.Network,
        "IdentityProviderUnreachable",
        $"{provider} cannot be reached: {Sentence.Of(WithoutSecret(failure.GetBaseException().Message))} {Unreachable}",
        WithoutSecret(failure.ToString()) == failure.ToString() ? failure : null)
    { IsTransient = true };

    private ClaudeBatchException Refused(HttpStatusCode status, byte[] body, Func<HttpStatusCode, string, string?> advice)
    {
        string words = WithoutSecret(Words(body));
        words = words.Length <= MostWords ? words : $"{words[..MostWords]}…";
        string said = words.Length == 0 ? string.Empty : $" It says: {Sentence.Of(words)}";
        FailureKind kind = status == HttpStatusCode.TooManyRequests ? FailureKind.RateLimited
            : (int)status >= 500 ? FailureKind.Service
            : FailureKind.Authentication;
        return new ClaudeBatchException(
            kind,
            "IdentityProviderRefused",
            $"{provider} gives no token (HTTP {(int)status}).{said} {advice(status, words)}".TrimEnd())
        { Status = (int)status, IsTransient = kind != FailureKind.Authentication };
    }

    // Words that repeat a token may be about another than the one that was sent, or about a part of it.
    private string WithoutSecret(string text)
        => AnyToken().Replace(Secret is null ? text : new SecretForms(Secret).Remove(text), SecretForms.Replacement);

    private static string? Text(byte[] body, Func<JsonElement, JsonElement?> token)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && token(json.RootElement) is { ValueKind: JsonValueKind.String } text
                ? text.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // The fields of RFC 6749, of Kubernetes' status and of GitHub's errors; anything else may repeat what was sent.
    private static string Words(byte[] body)
    {
        foreach (string field in (string[])["error_description", "message", "error"])
        {
            if (Text(body, o => o.TryGetProperty(field, out JsonElement value) ? value : null)?.ReplaceLineEndings(" ").Trim() is
                { Length: > 0 } words)
            {
                return words;
            }
        }

        return string.Empty;
    }

    [GeneratedRegex(@"eyJ[\w.-]{8,}", RegexOptions.ECMAScript)]
    private static partial Regex AnyToken();
}
