namespace ClaudeBatch.Core.Input;

/// <summary>Orders digests as the numbers of 128 bits that they are.</summary>
internal readonly struct DigestOrder : IComparer<ContentDigest>
{
    public int Compare(ContentDigest x, ContentDigest y) => x.High == y.High ? x.Low.CompareTo(y.Low) : x.High.CompareTo(y.High);
}
