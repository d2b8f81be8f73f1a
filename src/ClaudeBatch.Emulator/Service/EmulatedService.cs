using System.Text;
using ClaudeBatch.Emulator.Identity;

namespace ClaudeBatch.Emulator;

/// <summary>Behaves as the Message Batches API does. Both fronts (the HTTP handler and the server) hand their requests to it.</summary>
/// <param name="stateFolder">The folder in which the batches are kept.</param>
/// <param name="plan">The plan of how the service behaves.</param>
/// <param name="clock">The clock of the service.</param>
/// <param name="address">The address that replies name, such as in <c>results_url</c>.</param>
/// <param name="newId">Makes the ids of batches and replies from their prefix; null for random ids.</param>
public sealed partial class EmulatedService(
    string stateFolder, EmulatorPlan plan, TimeProvider clock, Uri address, Func<string, string>? newId = null)
{
    private const string Batches = "/v1/messages/batches";

    /// <summary>
    /// The largest body in bytes. The service replies with 413 to more than 256 MB; it does not say whether a megabyte is 10^6 or 2^20
    /// bytes.
    /// </summary>
    private const long LongestBody = 256_000_000;

    private static readonly string[] s_resultFaults =
    [
        FaultKind.DownloadCut, FaultKind.DownloadStall, FaultKind.DownloadShort, FaultKind.TornLastLine,
        FaultKind.DuplicatedLines, FaultKind.MissingLines, FaultKind.ForeignLines, FaultKind.GarbledLines,
        FaultKind.UsageMissing,
    ];

    private readonly BatchStore _store = new(stateFolder);

    private readonly Func<string, string> _newId = newId ?? Draw.Id;

    private FaultBook? _faults;

    private FaultBook Faults => _faults ??= new FaultBook(stateFolder, _store, plan, clock);

    /// <summary>Answers a request. An error becomes a reply; only the exception of a request body that breaks off is thrown.</summary>
    public async Task<EmulatedReply> HandleAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        EmulatedReply reply;
        Caller? caller = null;
        string requestId = _newId("req_");
        try
        {
            if (await Faults.IsOutAsync(cancellationToken).ConfigureAwait(false))
            {
                return EmulatedReply.Lost;
            }

            if (request is { Method: "POST", Path: TokenEndpoint.Path } && plan is { Aws: null, GoogleCloud: null })
            {
                reply = await Exchange.ExchangeAsync(request, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                (caller, request) = await Entrance.AdmitAsync(request, cancellationToken).ConfigureAwait(false);
                CheckVersion(request.Header("anthropic-version"));
                reply = await RouteAsync(request, caller, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (ServiceError error)
        {
            reply = EmulatedReply.Of(error, requestId);
        }
        catch (Exception e) when (EmulatedReply.IsOfOddJson(e))
        {
            reply = EmulatedReply.Of(new ServiceError(500, "api_error", "Internal server error"), requestId);
        }

        if (reply.IsLost)
        {
            return reply;
        }

        AddHeaders(reply, requestId, caller);
        return reply;
    }

    private async Task<EmulatedReply> RouteAsync(EmulatedRequest request, Caller caller, CancellationToken cancellationToken)
    {
        string path = request.Path.TrimEnd('/');
        string[] file = path.StartsWith(Files + "/", StringComparison.Ordinal) ? path[(Files.Length + 1)..].Split('/') : [];
        string[] rest = path.StartsWith(Batches + "/", StringComparison.Ordinal) ? path[(Batches.Length + 1)..].Split('/') : [];
        if (rest.Length > 0 || file.Length > 0 || path is Batches or Files)
        {
            caller.NeedsBatches();
        }
        else
        {
            caller.NeedsInference();
        }

        string workspace = caller.WorkspaceId;
        if (file.Length > 0 || path == Files)
        {
            return await FilesAsync(request, file, workspace, cancellationToken).ConfigureAwait(false);
        }

        return (request.Method, path, rest) switch
        {
            ("POST", Batches, _) => await CreateAsync(request, workspace, cancellationToken).ConfigureAwait(false),
            ("GET", Batches, _) => await ListAsync(request.Query, workspace, cancellationToken).ConfigureAwait(false),
            ("GET", _, [string id]) => await RetrieveAsync(id, workspace, cancellationToken).ConfigureAwait(false),
            ("DELETE", _, [string id]) => await DeleteAsync(id, workspace, cancellationToken).ConfigureAwait(false),
            ("POST", _, [string id, "cancel"]) => await CancelAsync(id, workspace, cancellationToken).ConfigureAwait(false),
            ("GET", _, [string id, "results"]) => await ResultsAsync(id, workspace, cancellationToken).ConfigureAwait(false),
            ("POST", "/v1/messages", _) => await MessageAsync(request, workspace, cancellationToken).ConfigureAwait(false),
            ("POST", "/v1/messages/count_tokens", _) => await CountTokensAsync(request, cancellationToken).ConfigureAwait(false),
            ("GET", "/v1/models", _) => Models(),
            ("GET", _, _) when path.StartsWith("/v1/models/", StringComparison.Ordinal) => Model(path["/v1/models/".Length..]),
            _ => throw ServiceError.NotFound("Not Found"),
        };
    }

    private async Task<EmulatedReply> RetrieveAsync(string id, string workspace, CancellationToken cancellationToken)
    {
        if (await Faults.MeetAsync(cancellationToken, FaultKind.NotFound).ConfigureAwait(false) is not null)
        {
            throw ServiceError.NotFound($"Message Batch {id} not found.");
        }

        DateTimeOffset now = clock.GetUtcNow();
        StoredBatch batch = await _store.AloneAsync(() => Finished(Known(id, workspace), now), cancellationToken).ConfigureAwait(false);
        EmulatedReply reply = EmulatedReply.Json(batch.ToJson(now, _address));
        if (now < batch.EndsAt)
        {
            reply.Headers["retry-after"] = "10";
        }

        return reply;
    }

    private async Task<EmulatedReply> CancelAsync(string id, string workspace, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        StoredBatch canceled = await _store.AloneAsync(
            () =>
            {
                StoredBatch batch = Known(id, workspace);
                if (now >= batch.EndsAt)
                {
                    throw ServiceError.Invalid($"Message Batch {id} has already ended and cannot be canceled.");
                }

                if (batch.CancelInitiatedAt is null)
                {
                    batch = batch with { CancelInitiatedAt = now };
                    _store.Save(batch);
                }

                return batch;
            },
            cancellationToken).ConfigureAwait(false);
        return EmulatedReply.Json(canceled.ToJson(now, _address));
    }

    private async Task<EmulatedReply> DeleteAsync(string id, string workspace, CancellationToken cancellationToken)
    {
        await _store.AloneAsync(
            () =>
            {
                if (clock.GetUtcNow() < Known(id, workspace).EndsAt)
                {
                    throw ServiceError.Invalid("In progress batches cannot be deleted. Consider canceling the batch instead.");
                }

                _store.Delete(id);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return EmulatedReply.Json(Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",\"type\":\"message_batch_deleted\"}}"));
    }

    private async Task<EmulatedReply> ResultsAsync(string id, string workspace, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        StoredBatch batch = await _store.AloneAsync(() => Finished(Known(id, workspace), now), cancellationToken).ConfigureAwait(false);
        if (now < batch.EndsAt || now >= batch.ArchivedAt)
        {
            throw new ServiceError(404, "not_found_error", $"Message Batch {id} has no available results.") { ShouldRetry = false };
        }

        if (await Faults.MeetAsync(cancellationToken, FaultKind.NotFound).ConfigureAwait(false) is not null)
        {
            throw ServiceError.NotFound($"Message Batch {id} not found.");
        }

        EmulatorFault? fault = await Faults.MeetAsync(cancellationToken, s_resultFaults).ConfigureAwait(false);
        Stream results = TamperedResults.Of(File.OpenRead(_store.ResultsOf(id)), fault);
        return new EmulatedReply { Status = 200, ContentType = "application/x-jsonl", Body = results };
    }

    private StoredBatch Known(string id, string workspace)
        => _store.Find(id) is { } batch && IsSeen(batch, workspace) ? batch : throw ServiceError.NotFound($"Message Batch {id} not found.");

    private static bool IsSeen(StoredBatch batch, string workspace) => batch.WorkspaceId is null || batch.WorkspaceId == workspace;

    // The results are made when a call first looks at the batch after its end. A call uses one time throughout, so that a batch that is
    // reported as ended always has its final counts.
    private StoredBatch Finished(StoredBatch batch, DateTimeOffset now)
    {
        if (batch.FinalCounts is not null || now < batch.EndsAt)
        {
            return batch;
        }

        int[] counts = new ResultsMaker(
            batch, _store.AnswersTo(batch), _store.Cache, new FileCheck(_files, batch.WorkspaceId, batch.EndsAt))
            .Write(_store.BodyOf(batch.Id), _store.ResultsOf(batch.Id));
        StoredBatch finished = batch with { FinalCounts = counts };
        _store.Save(finished);
        return finished;
    }
}
