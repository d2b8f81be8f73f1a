using System.Collections.Concurrent;

namespace ClaudeBatch.Core.Results;

/// <summary>Reads the next items of a sequence on another thread while the caller uses the items before.</summary>
public static class ReadAhead
{
    private const int MostItems = 256;

    private const long MostBytes = 512 * 1024;

    private const int ChunksAhead = 2;

    /// <summary>Gives the same items in the same order. An exception of the source is thrown after the items before it.</summary>
    /// <param name="source">The sequence. It is enumerated on one other thread, at most a few chunks ahead, and no further once the caller
    /// stops.</param>
    /// <param name="sizeOf">The approximate size of an item in bytes. A chunk has at most about half a megabyte, or one item.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source, Func<T, long> sizeOf)
    {
        using BlockingCollection<List<T>> chunks = new(ChunksAhead);
        using CancellationTokenSource leave = new();
        // The sequence gets its own thread, because it waits as long as the caller needs for the items, and the thread pool has few
        // threads.
        Task reading = Task.Factory.StartNew(
            () => Read(source, sizeOf, chunks, leave.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler
                .Default);
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
            // When this method is left, the other thread no longer reads the source.
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
