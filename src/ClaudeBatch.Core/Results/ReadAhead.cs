using System.Collections.Concurrent;

namespace ClaudeBatch.Core.Results;

/// <summary>Makes the next items of a sequence on another thread while the last ones are used.</summary>
public static class ReadAhead
{
    private const int MostItems = 1024;

    private const long MostBytes = 2048 * 1024;

    private const int ChunksAhead = 2;

    /// <summary>The same items in the same order; a failure comes after the items before it.</summary>
    /// <param name="source">Enumerated on one other thread, ahead by a few chunks at most, and left when the result is.</param>
    /// <param name="sizeOf">About how many bytes an item holds: a chunk is at most two megabytes, or one item.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source, Func<T, long> sizeOf)
    {
        using BlockingCollection<List<T>> chunks = new(ChunksAhead);
        using CancellationTokenSource leave = new();
        // A thread of its own: it waits for as long as somebody takes over the results, and the pool has few.
        Task reading = Task.Factory.StartNew(
            () => Read(source, sizeOf, chunks, leave.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (List<T> chunk in chunks.GetConsumingEnumerable())
            {
                foreach (T item in chunk)
                {
                    yield return item;
                }
            }

            reading.GetAwaiter().GetResult();
        }
        finally
        {
            // Nobody reads any more when this is left.
            leave.Cancel();
            Task.WaitAny(reading);
        }
    }

    private static void Read<T>(IEnumerable<T> source, Func<T, long> sizeOf, BlockingCollection<List<T>> chunks, CancellationToken leave)
    {
        List<T> chunk = new(MostItems);
        long size = 0;
        try
        {
            foreach (T item in source)
            {
                chunk.Add(item);
                size += sizeOf(item);
                if (chunk.Count == MostItems || size >= MostBytes)
                {
                    chunks.Add(chunk, leave);
                    (chunk, size) = (new List<T>(MostItems), 0);
                }
            }
        }
        finally
        {
            if (!leave.IsCancellationRequested)
            {
                chunks.Add(chunk, leave);
            }

            chunks.CompleteAdding();
        }
    }
}
