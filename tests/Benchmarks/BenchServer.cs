using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace ClaudeBatch.Benchmarks;

/// <summary>A plain, fast server in place of the service. It counts and hashes each body, and sends results from a file.</summary>
/// <remarks>The emulator would be the bottleneck, because it validates and answers each request.</remarks>
internal sealed class BenchServer(string folder, string address)
{
    private readonly ConcurrentDictionary<string, Served> _batches = new();

    private readonly ConcurrentBag<string> _digests = [];

    /// <summary>How the ids of requests begin that call a tool twice, one call after the other, before they are answered.</summary>
    public const string Calling = "call";

    private const int CallsOfEach = 2;

    // An id of a call comes once in a conversation.
    private static readonly Lazy<byte[][][]> s_calls = new(static () =>
    [
        .. Enumerable.Range(0, CallsOfEach).Select(static turn => Enumerable.Range(turn * 1_000, 1_000)
            .Select(static i => Encoding.UTF8.GetBytes(BenchData.ResultWithCall(string.Empty, i) + "\n")).ToArray()),
    ]);

    // Answers without an id. To make each anew would take longer than to send it.
    private static readonly Lazy<byte[][]> s_answers = new(
        static () => [.. Enumerable.Range(0, 1_000).Select(static i => Encoding.UTF8.GetBytes(BenchMessages.Result(string.Empty, i) + "\n"))]);

    // While it is set, batches do not end, so that a round of polling can be counted. Otherwise they end at once.
    private volatile bool _holds;

    private int _calls;

    public static async Task RunAsync(string folder, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.ListenLocalhost(port);
            o.Limits.MaxRequestBodySize = null;
        });
        WebApplication app = builder.Build();
        new BenchServer(folder, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")).Map(app);
        await app.StartAsync();
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync();
    }

    private void Map(WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            Interlocked.Increment(ref _calls);
            context.Response.Headers["request-id"] = "req_bench";
            context.Response.Headers["anthropic-organization-id"] = "org-bench";
            context.Response.Headers["anthropic-workspace-id"] = "wrkspc_bench";
            await next(context);
        });
        app.MapPost("/v1/messages/batches", async (HttpContext context) =>
        {
            Received received = await Received.ReadAsync(context.Request.BodyReader);
            _digests.Add(string.Create(CultureInfo.InvariantCulture, $"{received.Count} requests {received.Digest}"));
            return Results.Text(Json(Make(received), "in_progress"), "application/json");
        });
        app.MapGet("/v1/messages/batches", (int? limit) => Results.Text(
            $$"""{"data":[{{string.Join(',', _batches.Values.OrderByDescending(static b => b.Created).Take(limit ?? 20).Select(b => Json(b, Status)))}}],"has_more":false,"first_id":null,"last_id":null}""",
            "application/json"));
        app.MapGet("/v1/messages/batches/{id}", (string id) => _batches.TryGetValue(id, out Served? batch) ? Results.Text(Json(batch, Status), "application/json") : Results.NotFound());
        app.MapGet("/v1/messages/batches/{id}/results", async (string id, HttpContext context) =>
        {
            context.Response.ContentType = "application/x-jsonl";
            Received received = _batches[id].Received;
            if (received.OtherIds.Count > 0)
            {
                int turn = (int)Math.Round((double)received.ToolResults / received.Count);
                bool isCalling = turn < CallsOfEach && received.OtherIds[0].StartsWith(Calling, StringComparison.Ordinal);
                await AnswerAsync(received.OtherIds, isCalling ? s_calls.Value[turn] : s_answers.Value, context.Response.BodyWriter);
                return;
            }

            string path = received.IsOfMessages ? BenchMessages.AnswersOf(folder, received.First, received.Count) : BenchData.ResultsOf(folder, received.First, received.Count);
            context.Response.ContentLength = new FileInfo(path).Length;
            await context.Response.SendFileAsync(path);
        });
        // Makes a batch without a create call, for the contestants that only collect.
        app.MapPost("/bench/batch/{count}", (int count) => Make(new Received(count, 0, IsOfMessages: false, [], 0, string.Empty)).Id);
        app.MapPost("/bench/forget", _batches.Clear);
        app.MapPost("/bench/hold/{holds}", (bool holds) => (_holds = holds).ToString());
        app.MapGet("/bench/calls", () => (Interlocked.Exchange(ref _calls, 0) - 1).ToString(CultureInfo.InvariantCulture));
        app.MapGet("/bench/digests", () =>
        {
            string digests = string.Join(", ", _digests);
            _digests.Clear();
            return digests;
        });
    }

    private string Status => _holds ? "in_progress" : "ended";

    // Ids that the module makes of the rows are known only when they come, so there is no file of their answers.
    private static async Task AnswerAsync(IReadOnlyList<string> ids, byte[][] answers, PipeWriter writer)
    {
        int[] order = [.. Enumerable.Range(0, ids.Count)];
        new Random(ids.Count).Shuffle(order);
        foreach (int i in order)
        {
            byte[] answer = answers[i % answers.Length];
            writer.Write(answer.AsSpan(0, BenchData.PlaceOfId));
            Encoding.ASCII.GetBytes(ids[i], writer);
            writer.Write(answer.AsSpan(BenchData.PlaceOfId));
            if (writer.UnflushedBytes > 256 * 1024)
            {
                await writer.FlushAsync();
            }
        }
    }

    private Served Make(Received received)
    {
        Served made = new("msgbatch_" + Guid.NewGuid().ToString("N"), received, DateTimeOffset.UtcNow);
        _batches[made.Id] = made;
        return made;
    }

    private string Json(Served batch, string status)
    {
        (int processing, int succeeded) = status == "ended" ? (0, batch.Received.Count) : (batch.Received.Count, 0);
        string at = batch.Created.ToString("yyyy-MM-ddTHH:mm:ss.ffffffK", CultureInfo.InvariantCulture);
        (string ended, string results) = status == "ended" ? ($"\"{at}\"", $"\"{address}/v1/messages/batches/{batch.Id}/results\"") : ("null", "null");
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"{{batch.Id}}","type":"message_batch","processing_status":"{{status}}","request_counts":{"processing":{{processing}},"succeeded":{{succeeded}},"errored":0,"canceled":0,"expired":0},"ended_at":{{ended}},"created_at":"{{at}}","expires_at":"{{batch.Created.AddDays(1):yyyy-MM-ddTHH:mm:ssK}}","archived_at":null,"cancel_initiated_at":null,"results_url":{{results}}}""");
    }

    private sealed record Served(string Id, Received Received, DateTimeOffset Created);
}
