using System.Net.Http.Headers;
using System.Text;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// The reply to a call for the results of a batch. Anything on the way may have given it, and its body may have no results.
/// </summary>
/// <param name="Body">The body, which is read as it comes. It is disposed with the reply.</param>
/// <param name="Headers">The headers that this module uses.</param>
/// <param name="Status">The HTTP status: 200, or another one that is no error.</param>
/// <param name="IsFramed">Whether the reply says where its body ends, so that a body that breaks off is told from one that ends. A reply
/// that ends with its connection does not say it.</param>
/// <param name="ContentType">The header <c>content-type</c>; null where there is none.</param>
/// <param name="ContentEncoding">The header <c>content-encoding</c>, where the body is still encoded; null where it is not.</param>
public sealed record ResultsReply(
    Stream Body, ReplyHeaders Headers, int Status, bool IsFramed, string? ContentType, string? ContentEncoding) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Body.DisposeAsync();

    /// <summary>Says what came in the place of results, in a few words. Of a body that may have answers in it, nothing is quoted.</summary>
    /// <param name="first">The first bytes of the body.</param>
    /// <param name="credential">The credential, which the body may repeat.</param>
    internal string Describe(ReadOnlySpan<byte> first, ServiceCredential credential)
    {
        if (first.IsEmpty)
        {
            return Status == 200 ? "an empty body" : $"an empty body (status {Status})";
        }

        string text = Encoding.UTF8.GetString(first);
        bool isQuoted = !text.Contains("custom_id", StringComparison.Ordinal) && !text.Contains('\0', StringComparison.Ordinal)
            && text.AsSpan(0, Math.Min(text.Length, 200)).IndexOf('\uFFFD') < 0;
        string?[] words =
        [
            Status == 200 ? null : $"status {Status}",
            ContentType ?? "no content type",
            ContentEncoding is null ? null : $"encoded as {ContentEncoding}",
        ];
        string told = string.Join(", ", words.Where(static w => w is not null));
        return isQuoted && ServiceFailure.FirstWords(text, credential) is { } said
            ? $"{said} ({told})"
            : $"a body that cannot be read ({told})";
    }

    internal static ResultsReply Of(HttpResponseMessage response, Stream body, ReplyHeaders headers)
    {
        HttpContentHeaders content = response.Content.Headers;
        return new ResultsReply(
            body,
            headers,
            (int)response.StatusCode,
            response.Version.Major > 1 || response.Headers.TransferEncodingChunked == true || content.ContentLength is not null,
            content.ContentType?.MediaType,
            content.ContentEncoding.Count == 0 ? null : string.Join(", ", content.ContentEncoding));
    }
}
