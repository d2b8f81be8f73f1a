using System.Text.Json;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// Calls the service's endpoints, one method for each. Credentials are sent to the address of <see cref="Connection"/> only.
/// </summary>
public sealed partial class BatchApi : IDisposable
{
    private const string Batches = "v1/messages/batches";

    private readonly HttpClient _http;

    private readonly ServiceExchange _exchange;

    /// <param name="connection">The service's address, and the caller's credential.</param>
    /// <param name="handler">The transport: that of <see cref="HttpTransport"/>, or the emulator's.</param>
    /// <param name="clock">Measures the waits between tries.</param>
    /// <param name="limits">The time limits of calls; null for the defaults.</param>
    /// <param name="onRetry">Called with each failure that is tried again, and with the wait before the next try.</param>
    /// <param name="chance">Gives random numbers, at least 0 and less than 1, that shorten these waits; null for the system's.</param>
    public BatchApi(
        ServiceConnection connection,
        HttpMessageHandler handler,
        TimeProvider clock,
        TransportLimits? limits = null,
        Action<ClaudeBatchException, TimeSpan>? onRetry = null,
        Func<double>? chance = null)
    {
        Connection = connection;
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        _exchange = new ServiceExchange(
            connection,
            _http,
            clock,
            limits ?? new TransportLimits(),
            RepeatableCalls.Create(clock, chance ?? Random.Shared.NextDouble, onRetry),
            new ServiceReach());
    }

    private BatchApi(BatchApi origin, ServiceConnection connection)
    {
        Connection = connection;
        _http = origin._http;
        _exchange = origin._exchange.As(connection);
    }

    public ServiceConnection Connection { get; }

    /// <summary>How the last call failed, where the service has answered none of those that were made; null where it has, or was not
    /// called.</summary>
    public ClaudeBatchException? Outage => _exchange.Outage;

    /// <summary>Makes a client that calls the same service by another connection. Both clients share one transport.</summary>
    public BatchApi As(ServiceConnection connection) => new(this, connection);

    /// <summary>Makes a client whose calls have this beta, beside those of the connection.</summary>
    public BatchApi With(string beta) => Connection.Betas.Contains(beta)
        ? this
        : As(Connection.As(Connection.ApiVersion, [.. Connection.Betas, beta], Connection.WorkspaceId, Connection.OnReply));

    /// <inheritdoc cref="ServiceCredential.PrepareAsync"/>
    public ValueTask PrepareAsync(CancellationToken cancellationToken) => _exchange.PrepareAsync(cancellationToken);

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// Creates a batch with one call that is never repeated. A failure of the service or of the network is returned and not thrown, because
    /// the caller has to find out whether the batch was made all the same.
    /// </summary>
    /// <param name="path">The path of the file that holds the exact body.</param>
    /// <param name="length">The size of the body in bytes.</param>
    /// <param name="digest">The SHA-256 of the body, 32 bytes. Credentials may sign it, and a file that has another one is not sent to its
    /// end.</param>
    /// <param name="beforeLastByte">Awaited before the last byte. It records durably that the service may have the batch from then
    /// on.</param>
    /// <param name="sent">Receives the number of bytes sent so far; null where nobody wants it.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    /// <param name="renews">Whether a credential that the service refuses is renewed, so that the caller may make the call once more.</param>
    public async Task<CreateReply> CreateAsync(
        string path, long length, ReadOnlyMemory<byte> digest,
        Func<CancellationToken, Task> beforeLastByte, IProgress<long>? sent, CancellationToken cancellationToken, bool renews = false)
    {
        using WithheldContent content = WithheldContent.ForJson(
            path, length, digest, _exchange.Limits.Stall, sent, beforeLastByte);
        using HttpRequestMessage request = ServiceRequest.Of(Connection, HttpMethod.Post, Batches);
        request.Content = content;
        request.Options.Set(EarlyReply.Key, content.Reply);
        request.Version = new Version(1, 1);
        request.Headers.ExpectContinue = length > HttpTransport.ExpectContinueFrom;
        ServiceRequest.AddBetas(request, Connection);

        try
        {
            await Connection.Credential.ApplyAsync(request, digest, cancellationToken).ConfigureAwait(false);
            Reply<MessageBatch> reply = await _exchange
                .OnceAsync(request, "Create batch", path, ApiJson.Batch, _exchange.Limits.CreateReply, cancellationToken)
                .ConfigureAwait(false);
            return new CreateReply(reply, null, content.LastByteHandedOver);
        }
        catch (ClaudeBatchException failure)
        {
            CreateReply refused = new(null, failure, content.LastByteHandedOver);
            return renews && failure.IsRefusedCredential
                ? await RenewedAsync(refused, request, cancellationToken).ConfigureAwait(false)
                : refused;
        }
    }

    // What was refused stays refused, whatever becomes of the credential.
    private async Task<CreateReply> RenewedAsync(CreateReply refused, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return refused with { Renewal = await Connection.Credential.RenewAsync(request, cancellationToken).ConfigureAwait(false) };
        }
        catch (ClaudeBatchException failure)
        {
            return refused with { Renewal = Renewal.Later, RenewalFailure = failure };
        }
    }

    public Task<Reply<MessageBatch>> RetrieveAsync(string id, CancellationToken cancellationToken)
        => _exchange.RepeatAsync(
            HttpMethod.Get, BatchPath(id), $"Retrieve batch '{id}'", id, ReplyAbout(id, ApiJson.Batch), cancellationToken);

    public Task<Reply<MessageBatch>> CancelAsync(string id, CancellationToken cancellationToken)
        => _exchange.RepeatAsync(
            HttpMethod.Post, $"{BatchPath(id)}/cancel", $"Cancel batch '{id}'", id, ReplyAbout(id, ApiJson.Batch), cancellationToken);

    public async Task<ReplyHeaders> DeleteAsync(string id, CancellationToken cancellationToken)
        => (await _exchange.RepeatAsync(
            HttpMethod.Delete, BatchPath(id), $"Delete batch '{id}'", id, ReplyAbout(id, ApiJson.Deleted), cancellationToken)
            .ConfigureAwait(false)).Headers;

    /// <summary>Gets one page of the list of the account's batches, newest first.</summary>
    /// <param name="limit">The most batches on the page, from 1 to 1000.</param>
    /// <param name="afterId">The last id of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<Reply<BatchPage>> ListAsync(int limit, string? afterId, CancellationToken cancellationToken)
    {
        string after = afterId is null ? string.Empty : $"&after_id={Uri.EscapeDataString(afterId)}";
        return _exchange.RepeatAsync(
            HttpMethod.Get, $"{Batches}?limit={limit}{after}", "List batches", null, ApiJson.Batches, cancellationToken);
    }

    /// <summary>Gets the list of the account's batches page by page, newest first. Whoever has enough leaves it.</summary>
    /// <param name="limit">The most batches on a page, from 1 to 1000.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="ClaudeBatchException"><c>ListEndless</c>; or the service refuses the call or cannot be reached.</exception>
    public IAsyncEnumerable<Reply<BatchPage>> ListPagesAsync(int limit, CancellationToken cancellationToken)
        => ListPages.AllAsync(after => ListAsync(limit, after, cancellationToken), "batches", cancellationToken);

    /// <summary>
    /// Opens the stream of a batch's results, which are JSON Lines. The path is made from the id, and the <c>results_url</c> of a reply is
    /// not used, because it could lead the key to another host.
    /// </summary>
    /// <exception cref="ClaudeBatchException">The service refuses the call or cannot be reached.</exception>
    public Task<ResultsReply> OpenResultsAsync(string id, CancellationToken cancellationToken)
        => _exchange.OpenAsync($"{BatchPath(id)}/results", $"Results of batch '{id}'", id, cancellationToken);

    /// <summary>Has the service count a prompt's tokens. The call is free of charge.</summary>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>; or the service refuses the call or cannot be reached.</exception>
    public Task<Reply<TokenCount>> CountTokensAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.CountTokens, "Counting of tokens");
        return _exchange.RepeatAsync(
            HttpMethod.Post, "v1/messages/count_tokens", "Count tokens", null, ApiJson.Tokens, cancellationToken, body);
    }

    /// <summary>
    /// Sends one request through the Messages API, at full price, and returns the exact bytes of the answer. The call is never repeated,
    /// because each one is paid for.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>; or the service refuses the call or cannot be reached.</exception>
    public async Task<Reply<byte[]>> SendMessageAsync(ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.Messages, "The Messages API");
        return await _exchange.BytesAsync(HttpMethod.Post, "v1/messages", parameters, "Send message", cancellationToken)
            .ConfigureAwait(false);
    }

    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>; or the service refuses the call or cannot be reached.</exception>
    public Task<Reply<ModelPage>> ListModelsAsync(string? afterId, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.Models, "The Models API");
        string after = afterId is null ? string.Empty : $"&after_id={Uri.EscapeDataString(afterId)}";
        return _exchange.RepeatAsync(
            HttpMethod.Get, $"v1/models?limit=1000{after}", "List models", null, ApiJson.Models, cancellationToken);
    }

    /// <summary>Reads a reply, and refuses one that is about another batch, as a cache or a gateway may give it.</summary>
    /// <exception cref="ClaudeBatchException"><c>AnotherBatch</c>.</exception>
    private static Func<JsonElement, T> ReplyAbout<T>(string id, Func<JsonElement, T> read)
        where T : INamesBatch
        => element => read(element) is var reply && reply.Id == id ? reply : throw ServiceFailure.AnotherBatch(id, reply.Id);

    /// <summary>Gets the list of models page by page.</summary>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>, <c>ListEndless</c>; or the service refuses the call or cannot be
    /// reached.</exception>
    public IAsyncEnumerable<Reply<ModelPage>> ModelPagesAsync(CancellationToken cancellationToken)
        => ListPages.AllAsync(after => ListModelsAsync(after, cancellationToken), "models", cancellationToken);

    private static string BatchPath(string id) => $"{Batches}/{Uri.EscapeDataString(id)}";
}
