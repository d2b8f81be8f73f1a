using System.Text.Json;
using Polly;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// What every call of the service goes through: it is held to its time limits, the credential is taken out of what comes, and a failure
/// becomes a <see cref="ClaudeBatchException"/>.
/// </summary>
/// <param name="connection">The service's address, and the caller's credential.</param>
/// <param name="http">Sends the requests.</param>
/// <param name="clock">Tells when a reply came.</param>
/// <param name="limits">The time limits of calls.</param>
/// <param name="repeatable">How calls are repeated that may be made twice.</param>
/// <param name="reach">Told what became of each call.</param>
internal sealed class ServiceExchange(
    ServiceConnection connection,
    HttpClient http,
    TimeProvider clock,
    TransportLimits limits,
    ResiliencePipeline repeatable,
    ServiceReach reach)
{
    public TransportLimits Limits => limits;

    /// <inheritdoc cref="ServiceReach.Outage"/>
    public ClaudeBatchException? Outage => reach.Outage;

    /// <summary>Makes an exchange of the same transport for another connection.</summary>
    public ServiceExchange As(ServiceConnection other) => new(other, http, clock, limits, repeatable, reach);

    /// <summary>Makes a call that may be repeated, and reads its reply, which is JSON.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path of the endpoint.</param>
    /// <param name="what">Names the call, for messages.</param>
    /// <param name="target">What the call is about, for errors; null for nothing in particular.</param>
    /// <param name="read">Reads the reply.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="body">The body, which is JSON; null for none.</param>
    public async Task<Reply<T>> RepeatAsync<T>(
        HttpMethod method,
        string path,
        string what,
        object? target,
        Func<JsonElement, T> read,
        CancellationToken cancellationToken,
        ReadOnlyMemory<byte>? body = null)
        => await repeatable.ExecuteAsync(
            async token => await SignedAsync(
                method, path, body, request => OnceAsync(request, what, target, read, limits.Answer, token), token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Makes a call that may be repeated, and gives the body of its reply as it comes.</summary>
    public async Task<ResultsReply> OpenAsync(string path, string what, object? target, CancellationToken cancellationToken)
        => await repeatable.ExecuteAsync(
            async token =>
            {
                HttpResponseMessage response = await SignedAsync(
                    HttpMethod.Get,
                    path,
                    body: null,
                    request => reach.WatchAsync(() => AnswerAsync(request, what, target, limits.Answer, token), proves: false),
                    token).ConfigureAwait(false);
                Stream body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                return ResultsReply.Of(response, new StallLimitedStream(body, response, limits.Stall), HeadersOf(response));
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Makes a call that is not repeated, and gives the exact bytes of its reply.</summary>
    public async Task<Reply<byte[]>> BytesAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> sent, string what, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SignedAsync(
            method, path, sent, request => AnswerAsync(request, what, null, limits.CreateReply, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        byte[] body = await OfBodyAsync(
            response,
            async stream =>
            {
                using MemoryStream whole = new();
                await stream.CopyToAsync(whole, cancellationToken).ConfigureAwait(false);
                return whole.ToArray();
            },
            cancellationToken).ConfigureAwait(false);
        return new Reply<byte[]>(body, HeadersOf(response));
    }

    /// <summary>Makes a call once, and reads its reply, which is JSON.</summary>
    public Task<Reply<T>> OnceAsync<T>(
        HttpRequestMessage request, string what, object? target, Func<JsonElement, T> read,
        TimeSpan limit, CancellationToken cancellationToken)
        => reach.WatchAsync(() => ReadAsync(request, what, target, read, limit, cancellationToken), proves: true);

    /// <inheritdoc cref="ServiceCredential.PrepareAsync"/>
    public async ValueTask PrepareAsync(CancellationToken cancellationToken) => await reach.WatchAsync(
        async () =>
        {
            await connection.Credential.PrepareAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        proves: false).ConfigureAwait(false);

    // Where whoever gives the proof is not reached, neither is the service.
    private Task<HttpRequestMessage> ProvenAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken) => reach.WatchAsync(
            () => ServiceRequest.SignedAsync(connection, method, path, body, cancellationToken), proves: false);

    // What the service refuses for its credential had no effect, so the call may be made once more with another one.
    private async Task<T> SignedAsync<T>(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, Func<HttpRequestMessage, Task<T>> call,
        CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = await ProvenAsync(method, path, body, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call(request).ConfigureAwait(false);
        }
        catch (ClaudeBatchException refusal)
            when (refusal is { Status: 403, IsFromService: true } && connection.WithoutJobsWorkspace is not null)
        {
            await TellWorkspaceAsync(connection.WithoutJobsWorkspace, cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (ClaudeBatchException refusal) when (refusal.IsRefusedCredential)
        {
            if (await connection.Credential.RenewAsync(request, cancellationToken).ConfigureAwait(false) != Renewal.Done)
            {
                throw;
            }
        }

        using HttpRequestMessage second = await ProvenAsync(method, path, body, cancellationToken).ConfigureAwait(false);
        return await call(second).ConfigureAwait(false);
    }

    // A key that has not the job's workspace is refused, and that reply need not say which it has; another one does.
    private async Task TellWorkspaceAsync(ServiceConnection plain, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = await ServiceRequest
            .SignedAsync(plain, HttpMethod.Get, "v1/messages/batches?limit=1", body: null, cancellationToken).ConfigureAwait(false);
        using HttpResponseMessage response = await AnswerAsync(request, "List batches", null, limits.Answer, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<Reply<T>> ReadAsync<T>(
        HttpRequestMessage request, string what, object? target, Func<JsonElement, T> read,
        TimeSpan limit, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await AnswerAsync(request, what, target, limit, cancellationToken).ConfigureAwait(false);
        ReplyHeaders headers = HeadersOf(response);
        try
        {
            using JsonDocument document = await OfBodyAsync(
                response, body => JsonDocument.ParseAsync(body, default, cancellationToken), cancellationToken).ConfigureAwait(false);
            return new Reply<T>(read(connection.Credential.Redact(document.RootElement)), headers);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or InvalidDataException)
        {
            throw ServiceFailure.Unreadable(what, headers.RequestId, connection.Credential.Redact(e));
        }
    }

    // Whoever reads a body to its end is held to the limit on stalling, and a break of it is a failure of the network.
    private async Task<T> OfBodyAsync<T>(HttpResponseMessage response, Func<Stream, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using StallLimitedStream limited = new(body, response, limits.Stall);
            return await read(limited).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
        {
            throw ServiceFailure.Unreachable(connection, e);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(
        HttpRequestMessage request, string what, object? target, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // The time limit of an upload begins with its last byte; until then it is held to the limit on stalling.
        if (request.Content is ILongContent content)
        {
            content.OnLastByte = () => timeout.CancelAfter(limit);
        }
        else
        {
            timeout.CancelAfter(limit);
        }

        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !timeout.IsCancellationRequested)
        {
            // The transport has its own limit for the time that a connection takes, and cancels when it is over.
            throw ServiceFailure.Unreachable(connection, e, UsedProxy.Blamed(request, e));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServiceFailure.TimedOut(what, limit, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            throw ServiceFailure.Unreachable(connection, e, UsedProxy.Blamed(request, e));
        }

        if (response.IsSuccessStatusCode)
        {
            Hold(request, response);
            return response;
        }

        using (response)
        {
            Hold(request, response);
            throw await ServiceFailure.FromResponseAsync(
                    response, connection.Credential, what, target, clock.GetUtcNow(), limits.Stall, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    // A create that was accepted is recorded whatever else its reply says.
    private void Hold(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (connection.OnReply is not { } check || request.Content is WithheldContent)
        {
            return;
        }

        try
        {
            check(HeadersOf(response));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private ReplyHeaders HeadersOf(HttpResponseMessage response) => ReplyHeaders.Of(response, connection.Credential, clock.GetUtcNow());
}
