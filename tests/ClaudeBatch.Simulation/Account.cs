using System.Net;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Simulation;

/// <summary>What the service has made and will be paid for, as an auditor sees it who trusts neither the ledger nor the network.</summary>
internal sealed class Account(World world)
{
    private readonly Dictionary<string, int> _permitted = [];

    private readonly List<MadeBatch> _made = [];

    private int _strangers;

    public IReadOnlyList<MadeBatch> Made => _made;

    public IEnumerable<MadeBatch> Ours => _made.Where(static m => m.IsOurs);

    /// <summary>Notes that a person has given up requests the service may have: their next sending is a decision, not a fault.</summary>
    public void Permit(IEnumerable<string> customIds)
    {
        foreach (string id in customIds)
        {
            _permitted[id] = Permitted(id) + 1;
        }
    }

    public int Permitted(string customId) => _permitted.GetValueOrDefault(customId);

    /// <summary>Hands a call to the service, whatever happens to the reply.</summary>
    public async Task<Packet> DeliverAsync(HttpRequestMessage request, byte[]? body, string who)
    {
        using HttpRequestMessage call = new(request.Method, request.RequestUri);
        foreach ((string name, IEnumerable<string> values) in request.Headers)
        {
            call.Headers.TryAddWithoutValidation(name, values);
        }

        call.Content = body is null ? null : new ByteArrayContent(body);
        using HttpResponseMessage response = await world.Service.SendAsync(call, CancellationToken.None);
        Packet reply = await Packet.OfAsync(response);
        if (Call.Of(request).Kind == CallKind.Create && reply.Status == HttpStatusCode.OK)
        {
            using JsonDocument made = JsonDocument.Parse(reply.Body);
            MadeBatch batch = new(made.RootElement.GetProperty("id").GetString()!, IdsOf(body!), who, world.Now);
            _made.Add(batch);
            world.Note("service", $"makes {batch.Id} of {string.Join(',', batch.CustomIds)}");
        }

        return reply;
    }

    /// <summary>A stranger with a key of the same workspace makes a batch.</summary>
    public async Task MakeForeignAsync(int count)
    {
        int number = ++_strangers;
        string items = string.Join(',', Enumerable.Range(1, count).Select(i =>
            $$$"""{"custom_id":"their-{{{number}}}-{{{i}}}","params":{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"theirs"}]}}"""));
        using HttpRequestMessage request = Request(HttpMethod.Post, "v1/messages/batches");
        await DeliverAsync(request, Encoding.UTF8.GetBytes($$"""{"requests":[{{items}}]}"""), MadeBatch.Stranger);
    }

    /// <summary>Gives the answers of a batch that has ended: whether each request has succeeded.</summary>
    public async Task<IReadOnlyDictionary<string, bool>> AnswersAsync(MadeBatch batch)
    {
        using HttpRequestMessage request = Request(HttpMethod.Get, $"v1/messages/batches/{batch.Id}/results");
        Packet reply = await DeliverAsync(request, null, "auditor");
        Dictionary<string, bool> answers = [];
        foreach (string line in Encoding.UTF8.GetString(reply.Body).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument answer = JsonDocument.Parse(line);
            answers.Add(
                answer.RootElement.GetProperty("custom_id").GetString()!,
                answer.RootElement.GetProperty("result").GetProperty("type").GetString() == "succeeded");
        }

        return answers;
    }

    /// <summary>Gives the service's object of a batch as it is now.</summary>
    public async Task<Packet> RetrieveAsync(string id)
    {
        using HttpRequestMessage request = Request(HttpMethod.Get, $"v1/messages/batches/{id}");
        return await DeliverAsync(request, null, "auditor");
    }

    private static HttpRequestMessage Request(HttpMethod method, string path)
    {
        HttpRequestMessage request = new(method, new Uri(Emulator.EmulatorHandler.BaseAddress, path));
        request.Headers.Add("x-api-key", "sk-ant-auditor");
        request.Headers.Add("anthropic-version", "2023-06-01");
        return request;
    }

    private static IReadOnlyList<string> IdsOf(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        return [.. document.RootElement.GetProperty("requests").EnumerateArray().Select(static r => r.GetProperty("custom_id").GetString()!)];
    }
}

/// <summary>A batch that the service has made.</summary>
/// <param name="Id">The service's id.</param>
/// <param name="CustomIds">The ids of its requests.</param>
/// <param name="By">The process whose call has made it.</param>
/// <param name="At">When it was made.</param>
internal sealed record MadeBatch(string Id, IReadOnlyList<string> CustomIds, string By, DateTimeOffset At)
{
    public const string Stranger = "stranger";

    public bool IsOurs => By != Stranger;

    /// <summary>Until when no list shows it.</summary>
    public DateTimeOffset HiddenUntil { get; set; }

    /// <summary>Whether lists show it at once: where the service has refused it by mistake, one list is all that is looked at.</summary>
    public bool IsListedAtOnce { get; set; }
}
