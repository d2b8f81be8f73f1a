using System.Text.Json;
using System.Text.Json.Serialization;
using ClaudeBatch.Core.Ledger;
using Microsoft.Win32.SafeHandles;

namespace ClaudeBatch.Core.Results;

/// <summary>Reads collected results from disk in input order, a page of rows at a time, so that memory does not grow with the batch.</summary>
public sealed class ResultReader(JobLedger ledger) : IDisposable
{
    private const int Page = 2_000;

    private readonly Dictionary<long, SafeFileHandle> _results = [];

    private readonly Dictionary<long, SafeFileHandle> _sources = [];

    private readonly Dictionary<long, JsonElement[]> _schemas = [];

    /// <summary>The results of one collected batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="allAttempts">Also those a later attempt has replaced.</param>
    public IEnumerable<CollectedResult> OfBatch(BatchRecord batch, bool allAttempts = false)
    {
        long last = -1;
        IReadOnlyList<AttemptRecord> attempts;
        do
        {
            attempts = ledger.Attempts.OfBatch(batch, last, Page, onlyLast: !allAttempts);
            foreach (AttemptRecord attempt in attempts)
            {
                last = attempt.Row;
                yield return Read(batch, attempt);
            }
        }
        while (attempts.Count == Page);
    }

    /// <summary>The last word of each request of a job's collected batches, in input order.</summary>
    /// <remarks>Each batch is in order already; they are merged, so that only a page of each is in memory.</remarks>
    public IEnumerable<CollectedResult> OfJob(IEnumerable<BatchRecord> batches)
    {
        PriorityQueue<IEnumerator<CollectedResult>, long> next = new();
        foreach (BatchRecord batch in batches)
        {
            Queue(OfBatch(batch).GetEnumerator());
        }

        while (next.TryDequeue(out IEnumerator<CollectedResult>? first, out _))
        {
            yield return first.Current;
            Queue(first);
        }

        void Queue(IEnumerator<CollectedResult> results)
        {
            if (results.MoveNext())
            {
                next.Enqueue(results, results.Current.Attempt.Row);
            }
            else
            {
                results.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (SafeFileHandle handle in _results.Values.Concat(_sources.Values))
        {
            handle.Dispose();
        }
    }

    private CollectedResult Read(BatchRecord batch, AttemptRecord attempt) => new(
        batch,
        attempt,
        attempt.ResultOffset is { } offset
            ? Bytes(_results, batch.Id, ledger.Folder.Results(batch.JobId, batch.Part), offset, attempt.ResultLength)
            : [],
        attempt.SourceLength > 0
            ? Bytes(_sources, batch.JobId, ledger.Folder.Source(batch.JobId), attempt.SourceOffset, attempt.SourceLength)
            : [],
        attempt.OutputSchema > 0 ? Schemas(batch.JobId)[attempt.OutputSchema - 1] : null);

    private JsonElement[] Schemas(long jobId)
    {
        if (!_schemas.TryGetValue(jobId, out JsonElement[]? schemas))
        {
            string path = ledger.Folder.Schemas(jobId);
            schemas = File.Exists(path)
                ? [.. File.ReadLines(path).Select(static line => JsonSerializer.Deserialize<JsonElement>(line, JsonElementJson.Default.JsonElement))]
                : throw Removed(path);
            _schemas.Add(jobId, schemas);
        }

        return schemas;
    }

    private static ClaudeBatchException Removed(string path)
        => new(FailureKind.NotFound, "PayloadRemoved", $"'{path}' is gone: the ledger still has the counts, the answers were removed.") { Target = path };

    private static byte[] Bytes(Dictionary<long, SafeFileHandle> handles, long key, string path, long offset, int length)
    {
        if (!handles.TryGetValue(key, out SafeFileHandle? handle))
        {
            if (!File.Exists(path))
            {
                throw Removed(path);
            }

            handle = File.OpenHandle(path, options: FileOptions.RandomAccess);
            handles.Add(key, handle);
        }

        byte[] bytes = new byte[length];
        int read = 0;
        while (read < length)
        {
            int count = RandomAccess.Read(handle, bytes.AsSpan(read), offset + read);
            if (count == 0)
            {
                throw new ClaudeBatchException(
                    FailureKind.Storage, "LedgerUnreadable", $"'{path}' is shorter than the ledger says; it was changed from outside.")
                { Target = path };
            }

            read += count;
        }

        return bytes;
    }
}

[JsonSerializable(typeof(JsonElement))]
internal sealed partial class JsonElementJson : JsonSerializerContext;
