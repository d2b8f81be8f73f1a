using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace ClaudeBatch.Benchmarks;

/// <summary>A plain, fast server in place of the service. It counts and hashes each body, and sends results from a file.</summary>
/// <remarks>The emulator would be the bottleneck, because it validates and answers each request.</remarks>
internal sealed class BenchServer(string folder, string address)
{
    private readonly ConcurrentDictionary<string, Served> _batches = new();

    private readonly ConcurrentBag<string> _digests = [];

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
            return Results.Text(Json(Make(received.First, received.Count), "in_progress"), "application/json");
        });
        app.MapGet("/v1/messages/batches", (int? limit) => Results.Text(
            $$"""{"data":[{{string.Join(',', _batches.Values.OrderByDescending(static b => b.Created).Take(limit ?? 20).Select(b => Json(b, Status)))}}],"has_more":false,"first_id":null,"last_id":null}""",
            "application/json"));
        app.MapGet("/v1/messages/batches/{id}", (string id) => _batches.TryGetValue(id, out Served? batch) ? Results.Text(Json(batch, Status), "application/json") : Results.NotFound());
        app.MapGet("/v1/messages/batches/{id}/results", async (string id, HttpContext context) =>
        {
            context.Response.ContentType = "application/x-jsonl";
            string path = Path.Combine(folder, BenchData.ResultsOf(_batches[id].First, _batches[id].Count));
            context.Response.ContentLength = new FileInfo(path).Length;
            await context.Response.SendFileAsync(path);
        });
        // Makes a batch without a create call, for the contestants that only collect.
        app.MapPost("/bench/batch/{count}", (int count) => Make(first: 0, count).Id);
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

    private Served Make(int first, int count)
    {
        Served made = new("msgbatch_" + Guid.NewGuid().ToString("N"), first, count, DateTimeOffset.UtcNow);
        _batches[made.Id] = made;
        return made;
    }

    private string Json(Served batch, string status)
    {
        (int processing, int succeeded) = status == "ended" ? (0, batch.Count) : (batch.Count, 0);
        string at = batch.Created.ToString("yyyy-MM-ddTHH:mm:ss.ffffffK", CultureInfo.InvariantCulture);
        (string ended, string results) = status == "ended" ? ($"\"{at}\"", $"\"{address}/v1/messages/batches/{batch.Id}/results\"") : ("null", "null");
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"{{batch.Id}}","type":"message_batch","processing_status":"{{status}}","request_counts":{"processing":{{processing}},"succeeded":{{succeeded}},"errored":0,"canceled":0,"expired":0},"ended_at":{{ended}},"created_at":"{{at}}","expires_at":"{{batch.Created.AddDays(1):yyyy-MM-ddTHH:mm:ssK}}","archived_at":null,"cancel_initiated_at":null,"results_url":{{results}}}""");
    }

    private sealed record Served(string Id, int First, int Count, DateTimeOffset Created);

    /// <summary>What the server notes of the body of a create call.</summary>
    /// <param name="First">The row of the first request.</param>
    /// <param name="Count">The number of requests.</param>
    /// <param name="Digest">The first 16 hex digits of the SHA-256 of the body.</param>
    private sealed record Received(int First, int Count, string Digest)
    {
        private static ReadOnlySpan<byte> Field => "\"custom_id\""u8;

        public static async Task<Received> ReadAsync(PipeReader reader)
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            int? first = null;
            int count = 0;
            byte[] tail = [];
            while (true)
            {
                System.IO.Pipelines.ReadResult read = await reader.ReadAsync();
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                {
                    hash.AppendData(segment.Span);
                    first ??= RowOf(segment.Span);
                    (int found, tail) = CountIn(tail, segment.Span);
                    count += found;
                }

                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return new Received(first ?? 0, count, Convert.ToHexString(hash.GetHashAndReset())[..16]);
                }
            }
        }

        // The ids of this data are row-0000000. Other ids occur only in batches whose results are never collected, where 0 does no harm.
        private static int RowOf(ReadOnlySpan<byte> segment)
        {
            int at = segment.IndexOf("row-"u8);
            return at >= 0 && int.TryParse(segment.Slice(at + 4, 7), CultureInfo.InvariantCulture, out int row) ? row : 0;
        }

        // An occurrence may be split between two segments, so the end of each is kept for the next.
        private static (int Found, byte[] Tail) CountIn(byte[] tail, ReadOnlySpan<byte> segment)
        {
            byte[] seam = [.. tail, .. segment[..Math.Min(segment.Length, Field.Length - 1)]];
            int found = segment.Count(Field) + (tail.Length > 0 && seam.AsSpan().IndexOf(Field) >= 0 ? 1 : 0);
            return (found, segment[Math.Max(0, segment.Length - Field.Length + 1)..].ToArray());
        }
    }
}
