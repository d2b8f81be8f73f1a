using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Core.Api;

/// <summary>Makes the exception for an error reply, or for a call that got no reply.</summary>
internal static partial class ServiceFailure
{
    private const int LongestBody = 64 * 1024;

    private const int FirstCharacters = 4 * 1024;

    private const int MostFirstWords = 120;

    // Of a message of a platform, all that a sentence has: it names the permission that lacks.
    private const int MostForeignWords = 400;

    private const string CheckProxy = "A proxy may have answered in the service's place; check the base address.";

    /// <summary>Reads the body of an error reply, at most 64 KiB of it, and makes the exception.</summary>
    /// <param name="response">The reply.</param>
    /// <param name="credential">The credential, which is left out of the message.</param>
    /// <param name="what">Names the call.</param>
    /// <param name="target">What the call is about; null for nothing in particular.</param>
    /// <param name="now">When the reply came.</param>
    /// <param name="stall">The longest wait for the next bytes of the body. What came until then is told.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ClaudeBatchException> FromResponseAsync(
        HttpResponseMessage response, ServiceCredential credential, string what, object? target, DateTimeOffset now, TimeSpan stall,
        CancellationToken cancellationToken)
    {
        (ErrorEnvelope? envelope, string? firstWords, bool isPage) = await ReadBodyAsync(response, credential, stall, cancellationToken)
            .ConfigureAwait(false);
        ReplyHeaders headers = ReplyHeaders.Of(response, credential, now, envelope?.RequestId);
        int status = (int)response.StatusCode;
        string? type = envelope?.Error.Type;
        string? code = envelope?.Error.Details?.ErrorCode;
        string words = envelope?.Error.Message
            ?? credential.WithoutSecret(
                $"HTTP {status} {response.ReasonPhrase}".TrimEnd() + (firstWords is null ? string.Empty : $": {firstWords}"));
        string? toDo = KnownError.ToDoAbout(envelope?.Error.Details);
        string? requestId = headers.RequestId;
        KnownError known = KnownError.Of(status, code, words);
        bool isTransient = IsTransient(response, known.Kind, status);
        string said = string.Join(' ', new[] { Shorten(words), toDo, isTransient ? LongerWait(headers) : null }.OfType<string>());

        string call = requestId is null ? what : $"{what}, request {requestId}";
        if (isPage && known.Pauses is not null)
        {
            // A sign-in page of a proxy says nothing of the account, and what it would pause is not to be mended there.
            return new ClaudeBatchException(
                FailureKind.InvalidData, "ResponseUnreadable", $"{call}: {Sentence.Of(said)} This is not the service's own reply.")
            { Target = target, Status = status, ServiceMessage = said, RequestId = requestId, RecommendedAction = CheckProxy };
        }

        string message = known.Kind == FailureKind.Authentication
            ? $"The service does not take the {credential}; it says: {Sentence.Of(said)} {credential.Advice} ({call})"
            : $"{call}: {Sentence.Of(said)}";
        return new ClaudeBatchException(known.Kind, known.Id, message)
        {
            Pauses = known.Pauses,
            Target = target,
            Status = status,
            ErrorType = type,
            ErrorCode = code,
            ServiceMessage = said,
            RequestId = requestId,
            RetryAfter = headers.RetryAfter,
            IsTransient = isTransient,
            RecommendedAction = toDo is null ? Advice(known.Kind, credential) : null,
        };
    }

    /// <summary>Makes the exception for a call that met with a failure of the network.</summary>
    /// <param name="connection">The service's address, and the credential, which is left out of the message.</param>
    /// <param name="cause">What the transport has thrown.</param>
    /// <param name="proxy">The proxy that the call went to, where <paramref name="cause"/> is its failure; null for none.</param>
    public static ClaudeBatchException Unreachable(ServiceConnection connection, Exception cause, UsedProxy? proxy = null)
        => proxy is null ? Unreachable(connection, cause) : new ClaudeBatchException(
            FailureKind.Network,
            "ConnectionFailed",
            $"The proxy at '{proxy.Address}' {proxy.FaultOf(cause)} It is {proxy.Origin}, and the service at '{connection.BaseAddress}' is "
                + "reached through it.")
        {
            Target = connection.BaseAddress,
            IsTransient = true,
            RecommendedAction = "Check the proxy, or name the service's host in NO_PROXY, then run the same line again.",
        };

    private static ClaudeBatchException Unreachable(ServiceConnection connection, Exception cause) => new(
        FailureKind.Network,
        "ConnectionFailed",
        $"The service at '{connection.BaseAddress}' could not be reached: "
            + connection.Credential.WithoutSecret(cause.GetBaseException().Message),
        connection.Credential.Redact(cause))
    {
        Target = connection.BaseAddress,
        IsTransient = true,
        RecommendedAction = "Check the address, the network and the proxy settings, then run the same line again.",
    };

    public static ClaudeBatchException TimedOut(string what, TimeSpan limit, Exception? cause = null) => new(
        FailureKind.Timeout,
        "RequestTimedOut",
        $"{what}: no answer within {limit.TotalSeconds:0} seconds.",
        cause)
    { IsTransient = true };

    public static ClaudeBatchException Unreadable(string what, string? requestId, Exception? cause = null) => new(
        FailureKind.InvalidData,
        "ResponseUnreadable",
        $"{what}: the service's answer could not be read{(requestId is null ? string.Empty : $" (request {requestId})")}.",
        cause)
    { RequestId = requestId, RecommendedAction = CheckProxy };

    /// <summary>Makes the error for a reply that is about another batch than the one that was asked about.</summary>
    public static ClaudeBatchException AnotherBatch(string asked, string? told) => new(
        FailureKind.InvalidData,
        "AnotherBatch",
        $"The reply to a call about batch '{asked}' is about {(told is null ? "no batch" : $"batch '{Shorten(told)}'")}. A cache or a gateway "
            + "between here and the service may have given it; nothing was written.")
    { Target = asked };

    internal static string Shorten(string words) => words.Length <= 500 ? words : string.Concat(words.AsSpan(0, 499), "…");

    // Every message that tells how long is waited repeats the service's words, so the words say that the wait is not the one asked for.
    private static string? LongerWait(ReplyHeaders headers) => headers.AsksForLonger
        ? "(It asks for a longer wait than an hour, which is the longest that is kept.)"
        : null;

    private static bool IsTransient(HttpResponseMessage response, FailureKind kind, int status)
    {
        if (kind == FailureKind.Billing)
        {
            return false;
        }

        return ReplyHeaders.First(response.Headers, "x-should-retry") switch
        {
            "true" => true,
            "false" => false,
            _ => status is 408 or 409 or 429 or >= 500,
        };
    }

    private static string? Advice(FailureKind kind, ServiceCredential credential) => kind switch
    {
        FailureKind.Permission => credential.PermissionAdvice,
        FailureKind.Billing => "Raise the limit or settle the account in the Console, then run the same line again.",
        _ => null,
    };

    /// <returns>
    /// The service's error object; or null and the first words of what came in its place: a platform's message, or a page of a gateway.
    /// </returns>
    private static async Task<(ErrorEnvelope? Envelope, string? FirstWords, bool IsPage)> ReadBodyAsync(
        HttpResponseMessage response, ServiceCredential credential, TimeSpan stall, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[LongestBody];
        int length = 0;
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using StallLimitedStream limited = new(body, response, stall);
            int count;
            while ((count = await limited.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += count;
            }

            using JsonDocument document = JsonDocument.Parse(buffer.AsMemory(0, length));
            JsonElement said = credential.Redact(document.RootElement);
            if (ApiJson.Error(said) is { } envelope)
            {
                return (envelope, null, false);
            }

            if (ApiJson.ForeignMessage(said) is { } message)
            {
                return (null, FirstWords(message, credential, MostForeignWords), false);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or HttpRequestException
            or InvalidDataException or TimeoutException)
        {
            // The body is not the service's, or it broke off: what came of it is told.
        }

        return (null, FirstWords(Encoding.UTF8.GetString(buffer, 0, length), credential), true);
    }

    /// <summary>Gives the first words of a page, without its tags and without the credential; null where there are none.</summary>
    internal static string? FirstWords(string text, ServiceCredential credential, int most = MostFirstWords)
    {
        // What is cut off could be the end of a secret, by which it would have been found.
        text = credential.WithoutSecret(text);
        text = text[..Math.Min(text.Length, FirstCharacters)];
        string words = string.Join(' ', Tags().Replace(text, " ").Split(
            (char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        words = string.Concat(words.Where(static c => !char.IsControl(c)));
        return words.Length == 0 ? null
            : words.Length <= most ? $"\"{words}\""
            : $"\"{words.AsSpan(0, most)}…\"";
    }

    [GeneratedRegex("<(script|style)[^>]*>.*?</\\1>|<[^>]*>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Tags();
}
