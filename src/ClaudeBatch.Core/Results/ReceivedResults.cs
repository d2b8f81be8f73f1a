using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Results;

/// <summary>What one download has brought. The file has what came and, behind it, the lines of earlier downloads that did not come.</summary>
/// <param name="Table">The outcomes.</param>
/// <param name="Digest">The SHA-256 of the file.</param>
/// <param name="IsComplete">Whether the body came to its end, and each of its lines is a result.</param>
/// <param name="Cut">What broke the download off; null where nothing did.</param>
/// <param name="Instead">What came in the place of results, in a few words; null where results came.</param>
/// <param name="News">How many requests have an answer that had none here before.</param>
/// <param name="Dropped">How many requests have lost the answer that they had here: its line did not come again, and the one on disk is gone
/// or was changed.</param>
/// <param name="Headers">The headers of the reply.</param>
internal sealed record ReceivedResults(
    OutcomeTable Table, byte[] Digest, bool IsComplete, Exception? Cut, string? Instead, int News, int Dropped, ReplyHeaders Headers)
    : IDisposable
{
    public void Dispose() => Table.Dispose();
}
