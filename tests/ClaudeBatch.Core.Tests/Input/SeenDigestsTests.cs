using ClaudeBatch.Core.Input;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Input;

public sealed class SeenDigestsTests
{
    [Fact]
    public void It_tells_the_same_as_a_set_whatever_came_before_and_however_much_is_in_memory()
        => Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<byte[]>(),
            Gen.Choose(1, 9).ToArbitrary(),
            static (few, runLength) =>
            {
                // Few different ones, so that most come again: from memory and from each place of a run.
                using SeenDigests seen = new(runLength);
                HashSet<byte> expected = [];
                return few.All(b => seen.Add(ContentDigest.OfId($"row-{b % 64}")) == expected.Add((byte)(b % 64))) && seen.Count == expected.Count;
            }));

    [Theory]
    [InlineData(1_000)]
    [InlineData(4_096)]
    public void It_finds_each_of_many_in_the_file_and_takes_no_new_one_for_another(int runLength)
    {
        using SeenDigests seen = new(runLength);
        ContentDigest[] all = [.. Enumerable.Range(0, 50_000).Select(static i => ContentDigest.OfId($"row-{i}"))];

        Assert.All(all, d => Assert.True(seen.Add(d)));
        Assert.All(all, d => Assert.False(seen.Add(d)));
        Assert.Equal(50_000, seen.Count);
    }

    [Fact]
    public void Digests_that_lie_close_together_are_found_beyond_the_page_where_they_are_looked_for_first()
    {
        using SeenDigests seen = new(runLength: 2_000);
        ContentDigest[] all = [.. Enumerable.Range(0, 6_000).Select(static i => new ContentDigest((ulong)i % 3, (ulong)i))];
        ContentDigest[] others = [.. Enumerable.Range(6_000, 6_000).Select(static i => new ContentDigest((ulong)i % 3, (ulong)i))];

        Assert.All(all, d => Assert.True(seen.Add(d)));
        Assert.All(all.AsEnumerable().Reverse(), d => Assert.False(seen.Add(d)));
        Assert.All(others, d => Assert.True(seen.Add(d)));
    }

    [Fact]
    public void Of_its_file_nothing_is_left_when_it_is_disposed_of_and_on_Unix_nothing_when_the_process_is_killed()
    {
        string folder = Directory.CreateTempSubdirectory("claudebatch-digests-").FullName;
        using (SeenDigests seen = new(runLength: 4, folder))
        {
            Fill(seen);
            Assert.Equal(OperatingSystem.IsWindows(), Directory.EnumerateFileSystemEntries(folder).Any());
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public void Without_a_folder_for_temporary_files_it_says_what_to_do()
    {
        string folder = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        using SeenDigests seen = new(runLength: 4, folder);

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => Fill(seen));
        Assert.Equal("TemporaryFileFailed", failure.Id);
        Assert.Contains(folder, failure.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", failure.Message, StringComparison.Ordinal);
        Assert.False(seen.Add(ContentDigest.OfId("row-0"))); // what was there is not forgotten
    }

    [Fact]
    public void A_filter_forgets_none_and_takes_few_for_others()
    {
        DigestFilter filter = new(capacity: 100_000);
        ContentDigest[] added = [.. Enumerable.Range(0, (int)filter.Capacity).Select(static i => ContentDigest.OfId($"row-{i}"))];
        filter.Add(added);

        Assert.All(added, d => Assert.True(filter.MayHave(d)));
        Assert.InRange(Enumerable.Range(0, 100_000).Count(i => filter.MayHave(ContentDigest.OfId($"other-{i}"))), 0, 1_000);
        Assert.False(DigestFilter.Empty.MayHave(added[0]));
    }

    private static void Fill(SeenDigests seen)
    {
        for (int i = 0; i < 100; i++)
        {
            seen.Add(ContentDigest.OfId($"row-{i}"));
        }
    }
}
