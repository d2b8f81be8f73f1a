using System.Text;
using ClaudeBatch.Core.Results;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class IdTableTests
{
    [Fact]
    public void Each_id_is_found_at_its_place_and_no_other_is()
        => Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<NonNull<string>[]>(),
            ArbMap.Default.ArbFor<NonNull<string>>(),
            (texts, other) =>
            {
                byte[][] ids = [.. texts.Select(static t => Encoding.UTF8.GetBytes(t.Get)).DistinctBy(Convert.ToHexString)];
                IdTable table = Table(ids);
                byte[] stranger = Encoding.UTF8.GetBytes(other.Get);
                return ids.Select(id => table.Find(id)).SequenceEqual(Enumerable.Range(0, ids.Length))
                    && table.Find(stranger) == Array.FindIndex(ids, id => id.AsSpan().SequenceEqual(stranger));
            }));

    [Fact]
    public void It_grows_to_a_whole_batch()
    {
        byte[][] ids = [.. Enumerable.Range(0, 100_000).Select(static i => Encoding.UTF8.GetBytes($"row-{i}"))];

        IdTable table = Table(ids);

        Assert.Equal(100_000, table.Count);
        Assert.Equal(Enumerable.Range(0, 100_000), ids.Select(id => table.Find(id)));
        Assert.Equal(-1, table.Find("row-100000"u8));
    }

    private static IdTable Table(byte[][] ids)
    {
        IdTable table = new(capacity: 10);
        foreach (byte[] id in ids)
        {
            table.Add(id);
        }

        return table;
    }
}
