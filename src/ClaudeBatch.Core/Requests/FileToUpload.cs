using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// A local file that goes up to the service once, for all requests that name it. Until it is there, a placeholder made of its content stands in
/// the place of its id, so that a request is the same whichever id the service gives.
/// </summary>
/// <param name="Path">The full path.</param>
/// <param name="Digest">The SHA-256 of the content, in hexadecimal digits.</param>
/// <param name="Length">The size in bytes.</param>
/// <param name="MediaType">The media type, which is taken from the content.</param>
public sealed record FileToUpload(string Path, string Digest, long Length, string MediaType)
{
    /// <summary>The largest file that the service stores: it takes 500 MB, and does not say whether a MB is 10^6 or 2^20 bytes.</summary>
    public const long MostBytes = 500_000_000;

    /// <summary>What every placeholder begins with. No id of the service does.</summary>
    public const string Prefix = "upload_sha256_";

    private const int ChunkSize = 64 * 1024;

    // What the service refuses in the name of a file.
    private const string RefusedCharacters = "<>:\"|?*\\/";

    private const int LongestName = 255;

    /// <summary>What stands in a request in the place of the file's id.</summary>
    public string Placeholder => Prefix + Digest;

    public bool IsImage => MediaType.StartsWith("image/", StringComparison.Ordinal);

    /// <summary>The bytes that the content takes within a request: a text stands there as it is, everything else in base64.</summary>
    public long InlineLength => MediaType == "text/plain" ? Length : (Length + 2) / 3 * 4;

    /// <summary>The file's name as the service takes it.</summary>
    public string Name
    {
        get
        {
            string name = System.IO.Path.GetFileName(Path);
            StringBuilder cleaned = new(Math.Min(name.Length, LongestName));
            foreach (Rune letter in name.EnumerateRunes())
            {
                if (cleaned.Length + letter.Utf16SequenceLength > LongestName)
                {
                    break;
                }

                bool isRefused = Rune.IsControl(letter) || letter == Rune.ReplacementChar
                    || (letter.IsAscii && RefusedCharacters.Contains((char)letter.Value, StringComparison.Ordinal));
                cleaned.Append(isRefused ? "_" : letter.ToString());
            }

            return cleaned.ToString();
        }
    }

    /// <summary>Reads a file to its end, a piece at a time, to learn what it is.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="mediaType">The media type of its content.</param>
    /// <exception cref="ClaudeBatchException"><c>PathNotFound</c>, <c>FileUnreadable</c>, <c>FileTooLarge</c>.</exception>
    public static FileToUpload Of(string path, string mediaType)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            if (file.Length > MostBytes)
            {
                throw TooLarge(path, file.Length);
            }

            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[ChunkSize];
            long length = 0;
            for (int count; (count = file.Read(buffer)) > 0; length += count)
            {
                hash.AppendData(buffer, 0, count);
            }

            return new FileToUpload(path, Convert.ToHexString(hash.GetHashAndReset()), length, mediaType);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ClaudeBatchException(FailureKind.NotFound, "PathNotFound", $"There is no file '{path}'.", e)
            {
                Target = path,
                IsOfFile = true,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "FileUnreadable", $"'{path}' cannot be read: {Sentence.Of(e.Message)}", e)
            {
                Target = path,
                IsOfFile = true,
            };
        }
    }

    /// <summary>Gives a file of which a placeholder is known. Its content is compared when it is uploaded.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="placeholder">What <see cref="Placeholder"/> was when its request was made.</param>
    /// <exception cref="ClaudeBatchException"><c>PathNotFound</c>, <c>FileUnreadable</c>.</exception>
    public static FileToUpload At(string path, string placeholder)
    {
        (FileSignature signature, long length) = Attachment.Look(path);
        return new FileToUpload(path, placeholder[Prefix.Length..], length, signature.MediaType);
    }

    /// <summary>Makes the error for a file that is no longer what its request was made with.</summary>
    public ClaudeBatchException Changed() => ClaudeBatchException.FileChanged(Path);

    internal static ClaudeBatchException TooLarge(string path, long length) => new(
        FailureKind.TooLarge,
        "FileTooLarge",
        string.Create(
            CultureInfo.InvariantCulture,
            $"'{path}' has {length:N0} bytes, and the service stores no file above {MostBytes / 1_000_000:N0} MB. Make it smaller, or divide it."))
    { Target = path, IsOfFile = true };
}
