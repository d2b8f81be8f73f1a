using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace ClaudeBatch.Benchmarks;

/// <summary>A plain fast server in the service's place: it counts and digests each body, ends each batch at once, and sends results from a file.</summary>
/// <remarks>The emulator would be the bottleneck: it validates and answers each request.</remarks>
internal static class BenchServer
{
    public static async Task RunAsync(string folder, int port)
    {
        ConcurrentDictionary<string, (int Count, DateTimeOffset Created)> batches = new();
        int calls = 0;
        string address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.ListenLocalhost(port);
            o.Limits.MaxRequestBodySize = null;
        });
        WebApplication app = builder.Build();
        app.Use(async (context, next) =>
        {
            Interlocked.Increment(ref calls);
            context.Response.Headers["request-id"] = "req_bench";
            context.Response.Headers["anthropic-organization-id"] = "org-bench";
            context.Response.Headers["anthropic-workspace-id"] = "wrkspc_bench";
            await next(context);
        });
        app.MapPost("/v1/messages/batches", async (HttpContext context) =>
        {
            (int count, string digest) = await ReadAsync(context.Request.BodyReader);
            string id = "msgbatch_" + Guid.NewGuid().ToString("N");
            batches[id] = (count, DateTimeOffset.UtcNow);
            Console.WriteLine($"create {count} {digest}");
            return Results.Text(Json(address, id, count, batches[id].Created, "in_progress"), "application/json");
        });
        app.MapGet("/v1/messages/batches", (int? limit) => Results.Text(
            $$"""{"data":[{{string.Join(',', batches.OrderByDescending(static b => b.Value.Created).Take(limit ?? 20).Select(b => Json(address, b.Key, b.Value.Count, b.Value.Created, "ended")))}}],"has_more":false,"first_id":null,"last_id":null}""",
            "application/json"));
        app.MapGet("/v1/messages/batches/{id}", (string id) => batches.TryGetValue(id, out (int Count, DateTimeOffset Created) batch)
            ? Results.Text(Json(address, id, batch.Count, batch.Created, "ended"), "application/json")
            : Results.NotFound());
        app.MapGet("/v1/messages/batches/{id}/results", async (string id, HttpContext context) =>
        {
            context.Response.ContentType = "application/x-jsonl";
            string path = Path.Combine(folder, $"results-{batches[id].Count}.jsonl");
            context.Response.ContentLength = new FileInfo(path).Length;
            await context.Response.SendFileAsync(path);
        });
        // A batch that was never sent, for those that only collect.
        app.MapPost("/bench/batch/{count}", (int count) =>
        {
            string id = "msgbatch_" + Guid.NewGuid().ToString("N");
            batches[id] = (count, DateTimeOffset.UtcNow);
            return id;
        });
        app.MapGet("/bench/calls", () => Interlocked.Exchange(ref calls, 0).ToString(CultureInfo.InvariantCulture));
        await app.StartAsync();
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync();
    }

    private static string Json(string address, string id, int count, DateTimeOffset created, string status)
    {
        (int processing, int succeeded) = status == "ended" ? (0, count) : (count, 0);
        string at = created.ToString("yyyy-MM-ddTHH:mm:ss.ffffffK", CultureInfo.InvariantCulture);
        string ended = status == "ended" ? $"\"{at}\"" : "null";
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"{{id}}","type":"message_batch","processing_status":"{{status}}","request_counts":{"processing":{{processing}},"succeeded":{{succeeded}},"errored":0,"canceled":0,"expired":0},"ended_at":{{ended}},"created_at":"{{at}}","expires_at":"{{created.AddDays(1):yyyy-MM-ddTHH:mm:ssK}}","archived_at":null,"cancel_initiated_at":null,"results_url":{{(status == "ended" ? $"\"{address}/v1/messages/batches/{id}/results\"" : "null")}}}""");
    }

    private static async Task<(int Count, string Digest)> ReadAsync(PipeReader reader)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count = 0;
        byte[] tail = [];
        while (true)
        {
            ReadResult read = await reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                hash.AppendData(segment.Span);
                (int found, tail) = Count(tail, segment.Span);
                count += found;
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return (count, Convert.ToHexString(hash.GetHashAndReset())[..16]);
            }
        }
    }

    // A mark may lie across two segments.
    private static (int Found, byte[] Tail) Count(byte[] tail, ReadOnlySpan<byte> segment)
    {
        ReadOnlySpan<byte> mark = "\"custom_id\""u8;
        int found = 0;
        if (tail.Length > 0)
        {
            byte[] seam = [.. tail, .. segment[..Math.Min(segment.Length, mark.Length - 1)]];
            found += seam.AsSpan().IndexOf(mark) >= 0 ? 1 : 0;
        }

        ReadOnlySpan<byte> rest = segment;
        int at;
        while ((at = rest.IndexOf(mark)) >= 0)
        {
            found++;
            rest = rest[(at + mark.Length)..];
        }

        return (found, segment[Math.Max(0, segment.Length - mark.Length + 1)..].ToArray());
    }
}
