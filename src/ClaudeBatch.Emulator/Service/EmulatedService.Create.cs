namespace ClaudeBatch.Emulator;

/// <content>The call that creates a batch, and everything that can go wrong with it.</content>
public sealed partial class EmulatedService
{
    private static readonly string[] s_createFaults =
        [FaultKind.LostReply, FaultKind.ReplyCut, FaultKind.Refuse, FaultKind.EarlyRefusal, FaultKind.BodyCut];

    private async Task<EmulatedReply> CreateAsync(EmulatedRequest request, string workspace, CancellationToken cancellationToken)
    {
        EmulatorFault? fault = await Faults.MeetAsync(cancellationToken, s_createFaults).ConfigureAwait(false);
        if (fault?.Kind == FaultKind.EarlyRefusal)
        {
            if (fault.Count > 1)
            {
                await ReadPartAsync(request, fault.Count, cancellationToken).ConfigureAwait(false);
            }

            return EmulatedReply.Refusal(fault);
        }

        string incoming = _store.NewIncoming();
        try
        {
            bool isWhole = await ReceiveAsync(request, incoming, fault, cancellationToken).ConfigureAwait(false);
            if (!isWhole)
            {
                return EmulatedReply.Lost;
            }

            await MakeForeignAsync(incoming, request, workspace, cancellationToken).ConfigureAwait(false);
            if (fault is { Kind: FaultKind.Refuse, Accept: false })
            {
                return EmulatedReply.Refusal(fault);
            }

            StoredBatch made = await AcceptAsync(incoming, request, workspace, cancellationToken).ConfigureAwait(false);
            byte[] reply = made.ToJson(made.CreatedAt, _address);
            return fault?.Kind switch
            {
                FaultKind.LostReply => EmulatedReply.Lost,
                FaultKind.ReplyCut => new EmulatedReply
                {
                    Status = 200,
                    Body = new BrokenBody(new MemoryStream(reply), reply.Length / 2, stalls: false),
                },
                FaultKind.Refuse => EmulatedReply.Refusal(fault),
                _ => EmulatedReply.Json(reply),
            };
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private static async Task<bool> ReceiveAsync(
        EmulatedRequest request, string incoming, EmulatorFault? fault, CancellationToken cancellationToken)
    {
        FileStream file = new(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        await using (file.ConfigureAwait(false))
        {
            if (fault?.Kind != FaultKind.BodyCut)
            {
                await request.CopyBody(file, cancellationToken).ConfigureAwait(false);
                return true;
            }

            await ReadPartAsync(request, fault.Count, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    private static async Task ReadPartAsync(EmulatedRequest request, long length, CancellationToken cancellationToken)
    {
        try
        {
            using ShortSink sink = new(length);
            await request.CopyBody(sink, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ConnectionBrokenException || e.InnerException is ConnectionBrokenException)
        {
            // The plan lets only a part of the body be read.
        }
    }

    private async Task<StoredBatch> AcceptAsync(
        string incoming, EmulatedRequest request, string workspace, CancellationToken cancellationToken)
    {
        if (new FileInfo(incoming).Length > LongestBody)
        {
            throw new ServiceError(413, "request_too_large", "Request exceeds the maximum size");
        }

        int count = BodyCheck.Count(incoming);
        return await _store.AloneAsync(() => Add(incoming, count, request, workspace), cancellationToken)
            .ConfigureAwait(false);
    }

    // Makes the batches of somebody else, right before the batch of this call and whatever happens to that one.
    private async Task MakeForeignAsync(string incoming, EmulatedRequest request, string workspace, CancellationToken cancellationToken)
    {
        if (await Faults.MeetAsync(cancellationToken, FaultKind.ForeignBatch).ConfigureAwait(false) is not { } foreign)
        {
            return;
        }

        int count = BodyCheck.Count(incoming);
        for (int i = 0; i < foreign.Count; i++)
        {
            string theirs = _store.NewIncoming();
            await File.WriteAllTextAsync(theirs, ForeignBody(count), cancellationToken).ConfigureAwait(false);
            await _store.AloneAsync(() => Add(theirs, count, request, workspace), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static string ForeignBody(int count) => $"{{\"requests\":[{string.Join(',', Enumerable.Range(1, count).Select(static i =>
        $$$"""{"custom_id":"somebody-elses-{{{i}}}","params":"""
        + """{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"Hi"}]}}"""))}]}}";

    private StoredBatch Add(string incoming, int count, EmulatedRequest request, string workspace)
    {
        DateTimeOffset now = clock.GetUtcNow();
        List<StoredBatch> all = _store.All();
        if (plan.QueueLimit is { } limit && all.Where(b => now < b.EndsAt).Sum(static b => b.Count) + count > limit)
        {
            throw new ServiceError(
                429, "rate_limit_error", "Number of batch requests in the processing queue would exceed your organization's limit.")
            {
                RetryAfter = 60,
            };
        }

        StoredBatch made = new()
        {
            Id = _newId("msgbatch_"),
            Ordinal = all.Count == 0 ? 0 : all.Max(static b => b.Ordinal) + 1,
            CreatedAt = now,
            Count = count,
            ApiVersion = request.Header("anthropic-version")!,
            Betas = request.Header("anthropic-beta"),
            Plan = plan,
            WorkspaceId = workspace,
        };
        new AnswerStore(stateFolder).Take(incoming, _store.AnswersOf(made.Id));
        File.Move(incoming, _store.BodyOf(made.Id));
        _store.Save(made);
        return made;
    }
}
