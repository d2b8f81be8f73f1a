using System.Net;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Sending;

namespace ClaudeBatch.Core.Tests;

/// <summary>What may become of a create on its way, and what others do in the same account meanwhile.</summary>
internal static class CreateFaults
{
    /// <summary>The service makes the batch, and something else comes in the place of its reply.</summary>
    public static void ReplyInstead(this InterferingHandler network, Func<HttpResponseMessage, HttpResponseMessage> reply)
        => network.After = (request, response) => InterferingHandler.IsCreate(request) ? reply(response) : response;

    /// <summary>The service makes the batch, and its reply is lost.</summary>
    public static void LoseReplies(this InterferingHandler network) => network.ReplyInstead(static _ => throw new HttpRequestException("reset"));

    /// <summary>The whole body is taken, and the service never sees it.</summary>
    public static void Swallow(this InterferingHandler network, Func<HttpResponseMessage> reply) => network.Before = request =>
    {
        if (!InterferingHandler.IsCreate(request))
        {
            return null;
        }

        request.Content!.CopyToAsync(Stream.Null).GetAwaiter().GetResult();
        return reply();
    };

    /// <summary>The create is refused before its body has gone.</summary>
    public static void Refuse(this InterferingHandler network, Func<HttpResponseMessage> reply)
        => network.Before = request => InterferingHandler.IsCreate(request) ? reply() : null;

    /// <summary>Nothing interferes any more.</summary>
    public static void Recover(this InterferingHandler network) => (network.Before, network.After) = (static _ => null, static (_, r) => r);

    /// <summary>Makes an error of the service.</summary>
    public static HttpResponseMessage Error(int status, string type, string message = "No.")
    {
        HttpResponseMessage reply = new((HttpStatusCode)status)
        {
            Content = new StringContent($$$"""{"type":"error","error":{"type":"{{{type}}}","message":"{{{message}}}"} }"""),
        };
        reply.Headers.Add("request-id", "req_refused");
        return reply;
    }

    /// <summary>Seals a part and sends it; the service does not get it, and no reply comes.</summary>
    public static Task<BatchRecord> LoseCreateAsync(this EngineFixture engine, InterferingHandler network, string job, params string[] ids)
    {
        network.Swallow(static () => throw new HttpRequestException("reset"));
        return SendLostAsync(engine, network, job, ids);
    }

    /// <summary>Seals a part and sends it; the service makes the batch, and its reply is lost.</summary>
    public static Task<BatchRecord> LoseReplyAsync(this EngineFixture engine, InterferingHandler network, string job, params string[] ids)
    {
        network.LoseReplies();
        return SendLostAsync(engine, network, job, ids);
    }

    /// <summary>Makes a batch in the same account as somebody else would, with another ledger.</summary>
    /// <returns>The service's id of the batch.</returns>
    public static async Task<string> StrangerAsync(this EngineFixture engine, params string[] ids)
    {
        using JobLedger ledger = JobLedger.OpenOrCreate(
            new LedgerFolder(Path.Combine(engine.Root, Guid.NewGuid().ToString("N"))), engine.Clock);
        using JobInput input = JobInput.Open(ledger, new JobInputOptions { Name = "stranger", Connection = engine.Connection });
        BatchRecord batch = EngineFixture.Seal(input, ids.Select(static id => EngineFixture.Request(id))).NewBatches[0];
        return (await new BatchSender(ledger, engine.Api).SendAsync(batch.Id, null, CancellationToken.None)).Batch.ServiceId!;
    }

    /// <summary>Takes one list for an unconfirmed part, some time later.</summary>
    public static Task<BatchRecord> SettleAsync(this EngineFixture engine, BatchRecord batch, TimeSpan later)
    {
        engine.Clock.Advance(later);
        return new Settler(engine.Ledger, engine.Api).SettleAsync(engine.Now(batch), CancellationToken.None);
    }

    private static async Task<BatchRecord> SendLostAsync(EngineFixture engine, InterferingHandler network, string job, string[] ids)
    {
        SendResult sent = await engine.SendAsync(engine.Seal(job, ids).NewBatches[0]);
        network.Recover();
        Assert.Equal(BatchState.Unconfirmed, sent.Batch.State);
        return sent.Batch;
    }
}
