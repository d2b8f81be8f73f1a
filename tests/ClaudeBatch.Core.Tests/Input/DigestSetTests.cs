using ClaudeBatch.Core.Input;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Input;

public sealed class DigestSetTests
{
    [Fact]
    public void It_takes_each_digest_once()
        => Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<ulong[]>(),
            ArbMap.Default.ArbFor<ulong[]>(),
            static (highs, lows) =>
            {
                DigestSet digests = new();
                HashSet<ContentDigest> expected = [];
                return highs.Zip(lows, static (high, low) => new ContentDigest(high, low)).All(d => digests.Add(d) == expected.Add(d)) && digests.Count == expected.Count;
            }));

    [Fact]
    public void It_grows_and_forgets_none()
    {
        DigestSet digests = new();
        ContentDigest[] all = [.. Enumerable.Range(0, 50_000).Select(static i => ContentDigest.OfId($"row-{i}"))];

        Assert.All(all, d => Assert.True(digests.Add(d)));
        Assert.All(all, d => Assert.False(digests.Add(d)));
        Assert.Equal(50_000, digests.Count);
    }
}
