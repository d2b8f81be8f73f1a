using System.IO.Hashing;
using System.Security.Cryptography;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>
/// Digests of what the ledger's files contain, so that a change from outside is noticed when they are read. They are made against accidents,
/// and not against somebody who means to deceive.
/// </summary>
internal static class PayloadDigest
{
    /// <summary>Computes the XxHash64 of a piece of a file, as one integer of the ledger. It is never 0, which stands for none.</summary>
    /// <remarks>
    /// XxHash3 is faster once the runtime has compiled it, which cannot be done ahead: its vectors depend on the processor. The first hundred
    /// thousand lines of a process would be read before that.
    /// </remarks>
    public static long Of(ReadOnlySpan<byte> bytes) => unchecked((long)XxHash64.HashToUInt64(bytes)) is not 0 and var digest ? digest : 1;

    /// <summary>Tells whether a file has this SHA-256. The file is read through.</summary>
    public static bool IsOfFile(string path, ReadOnlySpan<byte> digest)
    {
        const FileShare any = FileShare.ReadWrite | FileShare.Delete;
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, any, bufferSize: 1, FileOptions.SequentialScan);
        return SHA256.HashData(file).AsSpan().SequenceEqual(digest);
    }
}
