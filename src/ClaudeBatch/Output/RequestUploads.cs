using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>The files that the bytes of a request name by placeholders.</summary>
internal static class RequestUploads
{
    /// <summary>Gives those of some files that the bytes name; null for none.</summary>
    public static IReadOnlyList<FileToUpload>? In(ReadOnlySpan<byte> bytes, IReadOnlyList<FileToUpload> files)
    {
        FileToUpload[] named = [.. UploadForms.PlaceholdersIn(bytes)
            .Select(p => files.FirstOrDefault(f => f.Placeholder == p)).OfType<FileToUpload>()];
        return named.Length == 0 ? null : named;
    }

    /// <summary>Makes the files of a request that was serialized: it has their paths, and its bytes have the digests in the same order.</summary>
    /// <exception cref="ClaudeBatchException"><c>RequestChanged</c>; a file is gone or cannot be read.</exception>
    public static IReadOnlyList<FileToUpload>? Of(object? paths, ReadOnlySpan<byte> bytes)
    {
        string[] given = ForeignValue.Bare(paths) is System.Collections.IEnumerable list and not string
            ? [.. list.Cast<object?>().Select(static p => p?.ToString() ?? string.Empty)]
            : [];
        if (given.Length == 0)
        {
            return null;
        }

        IReadOnlyList<string> placeholders = UploadForms.PlaceholdersIn(bytes);
        return placeholders.Count == given.Length
            ? [.. given.Zip(placeholders, FileToUpload.At)]
            : throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "RequestChanged",
                "The request has other files to upload than its bytes name. Make it anew with New-ClaudeBatchRequest.");
    }
}
