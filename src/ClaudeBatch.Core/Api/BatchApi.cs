using System.Text.Json;
using Polly;

namespace ClaudeBatch.Core.Api;

/// <summary>The service's endpoints, one method each. The key goes to the configured host and nowhere else.</summary>
public sealed class BatchApi : IDisposable
{
    private const string Batches = "v1/messages/batches";

    private readonly HttpClient _http;

    private readonly TimeProvider _clock;

    private readonly TransportLimits _limits;

    private readonly ResiliencePipeline _repeatable;

    /// <param name="connection">Where the service is and who calls it.</param>
    /// <param name="handler">The transport: <see cref="HttpTransport"/>, or the emulator's.</param>
    /// <param name="clock">For waits between tries.</param>
    /// <param name="limits">How patient the client is.</param>
    /// <param name="onRetry">Told about each failure that will be tried again, and the wait.</param>
    public BatchApi(
        ServiceConnection connection,
        HttpMessageHandler handler,
        TimeProvider clock,
        TransportLimits? limits = null,
        Action<ClaudeBatchException, TimeSpan>? onRetry = null)
    {
        Connection = connection;
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        _clock = clock;
        _limits = limits ?? new TransportLimits();
        _repeatable = RepeatableCalls.Create(clock, Random.Shared.NextDouble, onRetry);
    }

    private BatchApi(BatchApi origin, ServiceConnection connection)
    {
        Connection = connection;
        _http = origin._http;
        _clock = origin._clock;
        _limits = origin._limits;
        _repeatable = origin._repeatable;
    }

    public ServiceConnection Connection { get; }

    /// <summary>The same service in another version of its language; lives as long as this one.</summary>
    /// <param name="apiVersion">For <c>anthropic-version</c>.</param>
    /// <param name="betas">For <c>anthropic-beta</c>.</param>
    public BatchApi As(string apiVersion, IReadOnlyList<string> betas) => new(this, Connection.As(apiVersion, betas));

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a batch once. Never throws for what the service or the network did; the caller decides what it means.</summary>
    /// <param name="path">The file with the exact body.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="digest">Its SHA-256, for a credential that signs.</param>
    /// <param name="beforeLastByte">Makes it durable that the last byte is about to go.</param>
    /// <param name="sent">Told how many bytes have gone.</param>
    /// <param name="cancellationToken">Gives the upload up.</param>
    public async Task<CreateReply> CreateAsync(
        string path, long length, ReadOnlyMemory<byte> digest, Func<CancellationToken, Task> beforeLastByte, IProgress<long>? sent, CancellationToken cancellationToken)
    {
        using WithheldContent content = WithheldContent.ForJson(path, length, _limits.Stall, sent, beforeLastByte);
        using HttpRequestMessage request = ServiceRequest.Of(Connection, HttpMethod.Post, Batches);
        request.Content = content;
        request.Options.Set(EarlyReply.Key, content.Reply);
        request.Version = new Version(1, 1);
        request.Headers.ExpectContinue = length > HttpTransport.ExpectContinueFrom;
        if (Connection.Betas.Count > 0)
        {
            request.Headers.TryAddWithoutValidation("anthropic-beta", string.Join(',', Connection.Betas));
        }

        try
        {
            await Connection.Credential.ApplyAsync(request, digest, cancellationToken).ConfigureAwait(false);
            Reply<MessageBatch> reply = await OnceAsync(
                request, "Create batch", path, ApiJson.Batch, _limits.CreateReply, cancellationToken).ConfigureAwait(false);
            return new CreateReply(reply, null, content.LastByteHandedOver);
        }
        catch (ClaudeBatchException failure)
        {
            return new CreateReply(null, failure, content.LastByteHandedOver);
        }
    }

    public Task<Reply<MessageBatch>> RetrieveAsync(string id, CancellationToken cancellationToken)
        => RepeatAsync(HttpMethod.Get, BatchPath(id), $"Retrieve batch '{id}'", id, ApiJson.Batch, cancellationToken);

    public Task<Reply<MessageBatch>> CancelAsync(string id, CancellationToken cancellationToken)
        => RepeatAsync(HttpMethod.Post, $"{BatchPath(id)}/cancel", $"Cancel batch '{id}'", id, ApiJson.Batch, cancellationToken);

    public async Task<ReplyHeaders> DeleteAsync(string id, CancellationToken cancellationToken)
        => (await RepeatAsync(HttpMethod.Delete, BatchPath(id), $"Delete batch '{id}'", id, ApiJson.Deleted, cancellationToken)
            .ConfigureAwait(false)).Headers;

    /// <summary>One page of the account's batches, newest first.</summary>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="afterId">The last id of the page before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<Reply<BatchPage>> ListAsync(int limit, string? afterId, CancellationToken cancellationToken)
    {
        string after = afterId is null ? string.Empty : $"&after_id={Uri.EscapeDataString(afterId)}";
        return RepeatAsync(HttpMethod.Get, $"{Batches}?limit={limit}{after}", "List batches", null, ApiJson.Batches, cancellationToken);
    }

    /// <summary>The results as they come. The path is built here: one named by a reply could lead the key elsewhere.</summary>
    public async Task<Reply<Stream>> OpenResultsAsync(string id, CancellationToken cancellationToken)
        => await _repeatable.ExecuteAsync(
            async token =>
            {
                using HttpRequestMessage request = await ServiceRequest.SignedAsync(Connection, HttpMethod.Get, $"{BatchPath(id)}/results", body: null, token).ConfigureAwait(false);
                HttpResponseMessage response = await AnswerAsync(request, $"Results of batch '{id}'", id, _limits.Answer, token).ConfigureAwait(false);
                Stream body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                return new Reply<Stream>(
                    new StallLimitedStream(body, response, _limits.Stall), ReplyHeaders.Of(response, _clock.GetUtcNow()));
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>The service's own count of a prompt's tokens; free.</summary>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>, and what the service says.</exception>
    public Task<Reply<TokenCount>> CountTokensAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.CountTokens, "Counting of tokens");
        return RepeatAsync(HttpMethod.Post, "v1/messages/count_tokens", "Count tokens", null, ApiJson.Tokens, cancellationToken, body);
    }

    /// <summary>One request through the Messages API, at full price; the answer is kept as it came. Sent once: it costs money.</summary>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>, and what the service says.</exception>
    public async Task<Reply<byte[]>> SendMessageAsync(ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.Messages, "The Messages API");
        using HttpRequestMessage request = await ServiceRequest.SignedAsync(Connection, HttpMethod.Post, "v1/messages", parameters, cancellationToken).ConfigureAwait(false);
        using HttpResponseMessage response = await AnswerAsync(request, "Send message", null, _limits.CreateReply, cancellationToken).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return new Reply<byte[]>(body, ReplyHeaders.Of(response, _clock.GetUtcNow()));
    }

    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>, and what the service says.</exception>
    public Task<Reply<ModelPage>> ListModelsAsync(string? afterId, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.Models, "The Models API");
        string after = afterId is null ? string.Empty : $"&after_id={Uri.EscapeDataString(afterId)}";
        return RepeatAsync(HttpMethod.Get, $"v1/models?limit=1000{after}", "List models", null, ApiJson.Models, cancellationToken);
    }

    private static string BatchPath(string id) => $"{Batches}/{Uri.EscapeDataString(id)}";

    private async Task<Reply<T>> RepeatAsync<T>(
        HttpMethod method,
        string path,
        string what,
        object? target,
        Func<JsonElement, T> read,
        CancellationToken cancellationToken,
        ReadOnlyMemory<byte>? body = null)
        => await _repeatable.ExecuteAsync(
            async token =>
            {
                using HttpRequestMessage request = await ServiceRequest.SignedAsync(Connection, method, path, body, token).ConfigureAwait(false);
                return await OnceAsync(request, what, target, read, _limits.Answer, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);

    private async Task<Reply<T>> OnceAsync<T>(
        HttpRequestMessage request, string what, object? target, Func<JsonElement, T> read, TimeSpan limit, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await AnswerAsync(request, what, target, limit, cancellationToken).ConfigureAwait(false);
        ReplyHeaders headers = ReplyHeaders.Of(response, _clock.GetUtcNow());
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using StallLimitedStream limited = new(body, response, _limits.Stall);
            using JsonDocument document = await JsonDocument.ParseAsync(limited, default, cancellationToken).ConfigureAwait(false);
            return new Reply<T>(read(document.RootElement), headers);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw ServiceFailure.Unreadable(what, headers.RequestId, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
        {
            throw ServiceFailure.Unreachable(Connection.BaseAddress, e);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(
        HttpRequestMessage request, string what, object? target, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A create's time runs from its last byte on; until then the stall limit watches over the upload.
        if (request.Content is WithheldContent content)
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
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServiceFailure.TimedOut(what, limit, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            throw ServiceFailure.Unreachable(Connection.BaseAddress, e);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ServiceFailure.FromResponseAsync(response, what, target, _clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        }
    }
}
