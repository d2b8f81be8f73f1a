using ClaudeBatch.Core.Results;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class ReadAheadTests
{
    [Fact]
    public void The_items_come_in_their_order_whatever_their_sizes()
        => Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<int[]>(),
            ArbMap.Default.ArbFor<PositiveInt>(),
            static (items, size) => ReadAhead.Of(items, _ => size.Get * 10_000L).SequenceEqual(items)));

    [Fact]
    public void A_failure_comes_after_the_items_before_it()
    {
        List<int> seen = [];

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => seen.AddRange(ReadAhead.Of(Broken(1_000), static _ => 1)));

        Assert.Equal("LedgerUnreadable", failure.Id);
        Assert.Equal(Enumerable.Range(0, 1_000), Drain(ReadAhead.Of(Broken(1_000), static _ => 1)));
    }

    [Fact]
    public void Nothing_is_read_any_more_once_it_is_left()
    {
        int read = 0;
        bool isOver = false;

        foreach (int item in ReadAhead.Of(Counted(), static _ => 1))
        {
            if (item == 10)
            {
                break;
            }
        }

        int then = read;
        Assert.True(isOver);
        Assert.InRange(then, 11, 5_000);
        Assert.Equal(then, read);

        IEnumerable<int> Counted()
        {
            try
            {
                for (; ; read++)
                {
                    yield return read;
                }
            }
            finally
            {
                isOver = true;
            }
        }
    }

    [Fact]
    public void A_chunk_is_bounded_in_bytes()
    {
        int made = 0;

        using IEnumerator<int> items = ReadAhead.Of(Enumerable.Range(0, 100).Select(i => made = i), static _ => 10_000_000).GetEnumerator();
        Assert.True(items.MoveNext());
        Assert.True(items.MoveNext());

        Assert.InRange(made, 1, 6);
    }

    private static List<int> Drain(IEnumerable<int> items)
    {
        List<int> seen = [];
        try
        {
            foreach (int item in items)
            {
                seen.Add(item);
            }
        }
        catch (ClaudeBatchException)
        {
        }

        return seen;
    }

    private static IEnumerable<int> Broken(int after)
    {
        for (int i = 0; i < after; i++)
        {
            yield return i;
        }

        throw new ClaudeBatchException(FailureKind.Storage, "LedgerUnreadable", "Broken.");
    }
}
