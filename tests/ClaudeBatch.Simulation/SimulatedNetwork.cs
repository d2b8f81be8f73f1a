using System.Text;

namespace ClaudeBatch.Simulation;

/// <summary>
/// The way from one simulated process to the service and back. Here the other processes go on, and here things go wrong: before the call
/// is delivered, and before its reply is.
/// </summary>
internal sealed class SimulatedNetwork(World world, SimulatedProcess process) : HttpMessageHandler
{
    /// <summary>How long a list may lag; settling needs lists over five minutes before it believes that a batch is not there.</summary>
    private static readonly TimeSpan s_mostLag = TimeSpan.FromMinutes(4);

    // How long after its making the lists do not show a batch at all; besides, any list may lack some that are young.
    private static readonly TimeSpan[] s_lags = [TimeSpan.Zero, TimeSpan.FromSeconds(40), s_mostLag];

    /// <summary>From the third download on, results are believed to be what they are; two may be tampered with.</summary>
    private const int MostTampered = 2;

    private static readonly int[] s_pages = [502, 200, 302, 403, 404, 413, 429, 504, 529];

    private static readonly (int Status, int? RetryAfter)[] s_refusals = [(529, null), (429, 30), (429, 600), (500, null), (401, null), (403, null), (400, null), (404, null)];

    private readonly Dictionary<string, int> _tampered = [];

    // The batches in the last list that has arrived here.
    private HashSet<string> _listed = [];

    /// <summary>Whether the ledger knows a batch. The answers of others, which settling looks at, are not tampered with.</summary>
    public required Func<string, bool> Knows { get; init; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Call call = Call.Of(request);
        process.CountCall();
        if (call.Kind == CallKind.Cancel)
        {
            world.Canceled.Add(call.Id!);
        }

        world.Pass(TimeSpan.FromMilliseconds(200));
        if (world.IsQuiet)
        {
            Packet undisturbed = await world.Account.DeliverAsync(request, await BodyAsync(request), process.Name);
            world.Note(process.Name, $"{call}: {undisturbed.Status}");
            return undisturbed.ToResponse(request);
        }

        if (await InterceptAsync(call, request) is { } early)
        {
            return Told(call, early, "early").ToResponse(request);
        }

        byte[]? body = await BodyAsync(request);
        if (call.Kind == CallKind.Create && await InterceptAsync(call, request) is { } late)
        {
            return Told(call, late, "late").ToResponse(request);
        }

        Packet reply = await world.Account.DeliverAsync(request, body, process.Name);
        if (call.Kind == CallKind.Create && (int)reply.Status == 200)
        {
            world.Account.Made[^1].HiddenUntil = world.Now + s_lags[world.Choices.Next(4, 1, 1)];
        }
        else if (call.Kind == CallKind.List && (int)reply.Status == 200)
        {
            reply = reply.Without(world.Account.Made.Where(m => m.HiddenUntil > world.Now).Select(static m => m.Id).Contains);
        }

        Packet arrived = await TamperAsync(call, reply);
        if (call.Kind == CallKind.List && (int)arrived.Status == 200)
        {
            _listed = arrived.ListedIds();
        }

        return arrived.ToResponse(request);
    }

    // A process that dies after it has written the last byte has sent all: the service gets the call all the same.
    private async Task<byte[]?> BodyAsync(HttpRequestMessage request)
    {
        if (request.Content is null)
        {
            return null;
        }

        using MemoryStream body = new();
        try
        {
            await request.Content.CopyToAsync(body);
            return body.ToArray();
        }
        catch (ProcessDied) when (body.Length == request.Content.Headers.ContentLength)
        {
            await world.Account.DeliverAsync(request, body.ToArray(), process.Name);
            throw;
        }
    }

    /// <summary>Lets something happen before the service has the call.</summary>
    /// <returns>A reply in the service's place; null where the call goes on.</returns>
    private async Task<Packet?> InterceptAsync(Call call, HttpRequestMessage request)
    {
        switch (world.Choices.Next(40, 14, 2, 3, 3, 3, 2, 3))
        {
            case 1:
                process.Yield();
                return null;
            case 2:
                process.Die($"before {call}");
                return null;
            case 3:
                throw Lost(call, "is not delivered");
            case 4:
                return Packet.Page(s_pages[world.Choices.OneOf(s_pages.Length)]);
            case 5:
                (int status, int? retryAfter) = s_refusals[world.Choices.OneOf(s_refusals.Length)];
                return Packet.Refusal(status, retryAfter);
            case 6:
                HoldBack(call, TimeSpan.FromSeconds(50), TimeSpan.FromMinutes(9));
                return null;
            case 7:
                await world.Account.MakeForeignAsync(1 + world.Choices.OneOf(2));
                return null;
            default:
                return null;
        }
    }

    private async Task<Packet> TamperAsync(Call call, Packet reply)
    {
        int dates = call.Kind == CallKind.List ? 12 : 3;
        switch (world.Choices.Next(40, 10, 3, 5, 3, 3, 3, 2, 3, dates, 5, 4))
        {
            case 1:
                process.Yield();
                return Told(call, reply);
            case 2:
                process.Die($"after {call}");
                return reply;
            case 3:
                throw Lost(call, "gets no reply");
            case 4 when call.Kind != CallKind.Results || MayTamper(call):
                return Told(call, Packet.Page(s_pages[world.Choices.OneOf(s_pages.Length)]));
            case 5:
                return Told(call, Packet.Refusal(500));
            case 6 when call.Kind is CallKind.Create or CallKind.Retrieve or CallKind.Cancel:
                return Told(call, await OfAnotherAsync(call, reply), "another batch's");
            case 7 when call.Kind != CallKind.Results || MayTamper(call):
                return Told(call, reply with { BreaksAt = reply.Body.Length / 2 }, "cut");
            case 8:
                HoldBack(call, TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(11));
                return Told(call, reply);
            case 9:
                return Told(call, reply.WithDate(world.Now + TimeSpan.FromMinutes(world.Choices.OneOf(2) == 0 ? 60 : -60)), "another clock's");
            case 10 when call.Kind == CallKind.List:
                return Told(call, Lag(reply), "lags");
            case 10 when call.Kind == CallKind.Results && MayTamper(call):
                return Told(call, Short(reply), "short");
            case 11 when call.Kind == CallKind.Create && (int)reply.Status == 200:
                return Told(call, RefuseByMistake(), "though it was made");
            default:
                return Told(call, reply);
        }
    }

    private Packet Told(Call call, Packet reply, string? how = null)
    {
        world.Note(process.Name, $"{call}: {(int)reply.Status}{(how is null ? string.Empty : $", {how}")}");
        return reply;
    }

    private HttpRequestException Lost(Call call, string what)
    {
        world.Note(process.Name, $"{call} {what}");
        return new HttpRequestException("The simulation breaks the connection.");
    }

    // A small call gives up after a minute, a create ten minutes after its last byte; the client's own limits are real time and off here.
    private void HoldBack(Call call, params ReadOnlySpan<TimeSpan> times)
    {
        TimeSpan time = times[world.Choices.OneOf(times.Length)];
        TimeSpan limit = call.Kind == CallKind.Create ? TimeSpan.FromMinutes(10) : TimeSpan.FromMinutes(1);
        process.Sleep(time < limit ? time : limit);
        if (time > limit)
        {
            world.Note(process.Name, $"{call} is given up");
            throw new TaskCanceledException("The simulation's time limit.");
        }
    }

    // A batch that was made since the list before a create is told apart by its answers alone.
    private async Task<Packet> OfAnotherAsync(Call call, Packet reply)
    {
        string? own = call.Kind == CallKind.Create && (int)reply.Status == 200 ? world.Account.Made[^1].Id : null;
        MadeBatch[] all = [.. world.Account.Made.Where(m => m.Id != own).OrderByDescending(m => Knows(m.Id) || _listed.Contains(m.Id))];
        return all.Length == 0 ? reply : await world.Account.RetrieveAsync(all[world.Choices.OneOf(all.Length)].Id);
    }

    private Packet Lag(Packet reply)
    {
        int mask = 1 + world.Choices.OneOf(7);
        HashSet<string> hidden = [.. world.Account.Made
            .Where(m => world.Now - m.At < s_mostLag && !m.IsListedAtOnce)
            .Reverse()
            .Where((_, i) => (mask >> i & 1) == 1)
            .Select(static m => m.Id)];
        return (int)reply.Status == 200 ? reply.Without(hidden.Contains) : reply;
    }

    private bool MayTamper(Call call)
    {
        int times = _tampered.GetValueOrDefault(call.Id!);
        bool may = times < MostTampered && Knows(call.Id!);
        _tampered[call.Id!] = may ? times + 1 : 0;
        return may;
    }

    private static Packet Short(Packet reply)
    {
        int end = Encoding.UTF8.GetString(reply.Body).IndexOf('\n', StringComparison.Ordinal) + 1;
        return reply with { Body = reply.Body[..end] };
    }

    // The service says that it has not made a batch that it has made. One list is all that is looked at before the second send.
    private Packet RefuseByMistake()
    {
        world.Account.Made[^1].IsListedAtOnce = true;
        world.Account.Made[^1].HiddenUntil = default;
        return Packet.Refusal(529);
    }
}
