using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>The Message Batches API's behaviour as a library; both fronts hand their requests to it.</summary>
/// <param name="stateFolder">Where its batches are kept.</param>
/// <param name="plan">How it behaves.</param>
/// <param name="clock">Its time.</param>
/// <param name="address">The address its replies name.</param>
public sealed partial class EmulatedService(string stateFolder, EmulatorPlan plan, TimeProvider clock, Uri address)
{
    private const string Batches = "/v1/messages/batches";

    /// <summary>The service answers 413 above; whether that is 10^6 or 2^20 it does not say.</summary>
    private const long LongestBody = 256_000_000;

    private readonly BatchStore _store = new(stateFolder);

    /// <summary>Answers a request. Only a body that breaks off is thrown on.</summary>
    public async Task<EmulatedReply> HandleAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        EmulatedReply reply;
        string requestId = Draw.Id("req_");
        try
        {
            Authenticate(request);
            reply = await RouteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceError error)
        {
            reply = EmulatedReply.Of(error, requestId);
        }

        reply.Headers["request-id"] = requestId;
        reply.Headers["anthropic-organization-id"] = plan.OrganizationId;
        reply.Headers["anthropic-workspace-id"] = plan.WorkspaceId;
        reply.Headers["Date"] = clock.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        return reply;
    }

    /// <summary>Refuses what has no valid key or version; a front may ask before it reads a body.</summary>
    private void Authenticate(EmulatedRequest request)
    {
        string? bearer = request.Header("Authorization");
        string? key = request.Header("x-api-key") ?? (bearer?.StartsWith("Bearer ", StringComparison.Ordinal) == true ? bearer[7..] : null);
        if (string.IsNullOrWhiteSpace(key))
        {
            throw new ServiceError(401, "authentication_error", "x-api-key header is required");
        }

        if (plan.ApiKey is null ? key.StartsWith("sk-ant-invalid", StringComparison.Ordinal) : key != plan.ApiKey)
        {
            throw new ServiceError(401, "authentication_error", "API key is invalid.");
        }

        string? version = request.Header("anthropic-version");
        if (version is null)
        {
            throw ServiceError.Invalid("anthropic-version: header is required");
        }

        if (version is not ("2023-01-01" or "2023-06-01" or "2026-10-21"))
        {
            throw ServiceError.Invalid($"anthropic-version: \"{version}\" is not a valid version");
        }
    }

    private async Task<EmulatedReply> RouteAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        string path = request.Path.TrimEnd('/');
        string[] rest = path.StartsWith(Batches + "/", StringComparison.Ordinal) ? path[(Batches.Length + 1)..].Split('/') : [];
        return (request.Method, path, rest) switch
        {
            ("POST", Batches, _) => await CreateAsync(request, cancellationToken).ConfigureAwait(false),
            ("GET", Batches, _) => List(request.Query),
            ("GET", _, [string id]) => await RetrieveAsync(id, cancellationToken).ConfigureAwait(false),
            ("DELETE", _, [string id]) => await DeleteAsync(id, cancellationToken).ConfigureAwait(false),
            ("POST", _, [string id, "cancel"]) => await CancelAsync(id, cancellationToken).ConfigureAwait(false),
            ("GET", _, [string id, "results"]) => await ResultsAsync(id, cancellationToken).ConfigureAwait(false),
            ("POST", "/v1/messages", _) => await MessageAsync(request, cancellationToken).ConfigureAwait(false),
            ("POST", "/v1/messages/count_tokens", _) => await CountTokensAsync(request, cancellationToken).ConfigureAwait(false),
            ("GET", "/v1/models", _) => Models(),
            ("GET", _, _) when path.StartsWith("/v1/models/", StringComparison.Ordinal) => Model(path["/v1/models/".Length..]),
            _ => throw ServiceError.NotFound("Not Found"),
        };
    }

    private async Task<EmulatedReply> CreateAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        string incoming = _store.NewIncoming();
        try
        {
            FileStream file = new(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            await using (file.ConfigureAwait(false))
            {
                await request.CopyBody(file, cancellationToken).ConfigureAwait(false);
            }

            long length = new FileInfo(incoming).Length;
            if (length > LongestBody)
            {
                throw new ServiceError(413, "request_too_large", "Request exceeds the maximum size");
            }

            int count = BodyCheck.Count(incoming);
            StoredBatch made = await _store.AloneAsync(() => Add(incoming, count, request.Header("anthropic-version")!), cancellationToken).ConfigureAwait(false);
            return EmulatedReply.Json(made.ToJson(made.CreatedAt, address));
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private StoredBatch Add(string incoming, int count, string apiVersion)
    {
        DateTimeOffset now = clock.GetUtcNow();
        List<StoredBatch> all = _store.All();
        if (plan.QueueLimit is { } limit && all.Where(b => now < b.EndsAt).Sum(static b => b.Count) + count > limit)
        {
            throw new ServiceError(429, "rate_limit_error", "Number of batch requests in the processing queue would exceed your organization's limit.")
            {
                RetryAfter = 60,
            };
        }

        StoredBatch made = new()
        {
            Id = Draw.Id("msgbatch_"),
            Ordinal = all.Count == 0 ? 0 : all.Max(static b => b.Ordinal) + 1,
            CreatedAt = now,
            Count = count,
            ApiVersion = apiVersion,
            Plan = plan,
        };
        File.Move(incoming, _store.BodyOf(made.Id));
        _store.Save(made);
        return made;
    }

    private async Task<EmulatedReply> RetrieveAsync(string id, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        StoredBatch batch = await _store.AloneAsync(() => Finished(Known(id), now), cancellationToken).ConfigureAwait(false);
        EmulatedReply reply = EmulatedReply.Json(batch.ToJson(now, address));
        if (now < batch.EndsAt)
        {
            reply.Headers["retry-after"] = "10";
        }

        return reply;
    }

    private async Task<EmulatedReply> CancelAsync(string id, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        StoredBatch canceled = await _store.AloneAsync(
            () =>
            {
                StoredBatch batch = Known(id);
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
        return EmulatedReply.Json(canceled.ToJson(now, address));
    }

    private async Task<EmulatedReply> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await _store.AloneAsync(
            () =>
            {
                if (clock.GetUtcNow() < Known(id).EndsAt)
                {
                    throw ServiceError.Invalid("In progress batches cannot be deleted. Consider canceling the batch instead.");
                }

                _store.Delete(id);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return EmulatedReply.Json(Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",\"type\":\"message_batch_deleted\"}}"));
    }

    private async Task<EmulatedReply> ResultsAsync(string id, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        StoredBatch batch = await _store.AloneAsync(() => Finished(Known(id), now), cancellationToken).ConfigureAwait(false);
        if (now < batch.EndsAt)
        {
            throw new ServiceError(404, "not_found_error", $"Message Batch {id} has no available results.") { ShouldRetry = false };
        }

        return new EmulatedReply { Status = 200, ContentType = "application/x-jsonl", Body = File.OpenRead(_store.ResultsOf(id)) };
    }

    private StoredBatch Known(string id) => _store.Find(id) ?? throw ServiceError.NotFound($"Message Batch {id} not found.");

    // Results are made when somebody first looks after the end. One call has one time: a batch that is told
    // to have ended has its counts.
    private StoredBatch Finished(StoredBatch batch, DateTimeOffset now)
    {
        if (batch.FinalCounts is not null || now < batch.EndsAt)
        {
            return batch;
        }

        int[] counts = new ResultsMaker(batch, new AnswerSource(batch.Plan.Answers)).Write(_store.BodyOf(batch.Id), _store.ResultsOf(batch.Id));
        StoredBatch finished = batch with { FinalCounts = counts };
        _store.Save(finished);
        return finished;
    }
}
