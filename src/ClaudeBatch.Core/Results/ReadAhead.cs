using System.Runtime.ExceptionServices;

namespace ClaudeBatch.Core.Results;

/// <summary>Makes the next items of a sequence on another thread while the last ones are used.</summary>
public static class ReadAhead
{
    private const int MostItems = 1024;

    private const long MostBytes = 2048 * 1024;

    /// <summary>The same items in the same order; a failure comes after the items before it.</summary>
    /// <param name="source">Enumerated on other threads, one at a time, never ahead by more than a chunk, and left when the result is.</param>
    /// <param name="sizeOf">About how many bytes an item holds: a chunk is at most two megabytes, or one item.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source, Func<T, long> sizeOf)
    {
        using IEnumerator<T> items = source.GetEnumerator();
        Task<Chunk<T>> next = Task.Run(() => Take(items, sizeOf));
        try
        {
            while (true)
            {
                Chunk<T> chunk = next.GetAwaiter().GetResult();
                next = chunk.IsLast ? next : Task.Run(() => Take(items, sizeOf));
                foreach (T item in chunk.Items)
                {
                    yield return item;
                }

                chunk.Failure?.Throw();
                if (chunk.IsLast)
                {
                    yield break;
                }
            }
        }
        finally
        {
            // Nobody reads any more when this is left; a chunk keeps its failure, so that this does not throw.
            next.Wait();
        }
    }

    private static Chunk<T> Take<T>(IEnumerator<T> items, Func<T, long> sizeOf)
    {
        List<T> taken = new(MostItems);
        try
        {
            for (long size = 0; taken.Count < MostItems && size < MostBytes; size += sizeOf(taken[^1]))
            {
                if (!items.MoveNext())
                {
                    return new Chunk<T>(taken, IsLast: true, Failure: null);
                }

                taken.Add(items.Current);
            }

            return new Chunk<T>(taken, IsLast: false, Failure: null);
        }
        catch (Exception e)
        {
            return new Chunk<T>(taken, IsLast: true, ExceptionDispatchInfo.Capture(e));
        }
    }

    private sealed record Chunk<T>(List<T> Items, bool IsLast, ExceptionDispatchInfo? Failure);
}
