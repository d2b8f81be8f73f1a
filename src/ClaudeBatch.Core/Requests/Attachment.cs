using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// An image or a document that is sent with a prompt: the content of a local file, or a reference to a file at the service or on the web.
/// </summary>
public sealed partial class Attachment
{
    /// <summary>The most bytes of an image in base64 that the service takes.</summary>
    internal const int LongestImage = 5 * 1024 * 1024;

    /// <summary>The most bytes of a document: since 2026-10-28, the service takes single requests of up to 128 MB.</summary>
    private const int LongestDocument = 128 * 1024 * 1024;

    /// <summary>The most pixels on each side of an image.</summary>
    private const int MostPixels = 8_000;

    /// <summary>The most images in a request that may have more than <see cref="MostPixelsOfMany"/> pixels on a side.</summary>
    private const int MostLargeImages = 20;

    private const int MostPixelsOfMany = 2_000;

    private const int ChunkSize = 3 * 64 * 1024;

    private const string IdPrefix = "file_";

    private static readonly SearchValues<char> s_idCharacters
        = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly string _kind;

    private readonly string _place;

    private readonly string _source;

    private readonly string? _mediaType;

    private readonly int _longestSide;

    private Attachment(string kind, string source, string place, string? mediaType, long length = 0, int longestSide = 0)
    {
        _longestSide = longestSide;
        Length = length;
        _kind = kind;
        _source = source;
        _place = place;
        _mediaType = mediaType;
    }

    /// <summary>
    /// Tells whether a text has the form of the id of a file at the service: <c>file_</c> and letters or digits, as
    /// <c>file_011CNha8iCJcU1wXNR6q4V8w</c> in the documentation of the Files API.
    /// </summary>
    public static bool IsFileId(string place)
        => place.StartsWith(IdPrefix, StringComparison.Ordinal) && place.Length > IdPrefix.Length
            && place.AsSpan(IdPrefix.Length).IndexOfAnyExcept(s_idCharacters) < 0;

    /// <summary>Tells whether a text is an address that the service fetches a file from: an https address with a host.</summary>
    public static bool IsWebAddress(string place)
        => place.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(place, UriKind.Absolute, out Uri? address)
            && address.Host.Length > 0;

    /// <summary>
    /// Makes an attachment of an image: PNG, JPEG, GIF or WebP. The type is taken from the content and not from the name.
    /// </summary>
    /// <param name="place">A full path, the id of a file at the service, or an https address.</param>
    /// <exception cref="ClaudeBatchException"><c>PathNotFound</c>, <c>ContentTypeUnknown</c>, <c>ImageTooLarge</c>,
    /// <c>FileUnreadable</c>.</exception>
    public static Attachment Image(string place)
    {
        if (Reference("image", place) is { } reference)
        {
            return reference;
        }

        (FileSignature signature, long length) = Look(place);
        if (!signature.IsImage)
        {
            throw Unknown(place, "image", "png, jpeg, gif or webp", fault: null);
        }

        if ((length + 2) / 3 * 4 > LongestImage)
        {
            throw TooLarge(
                "ImageTooLarge",
                place,
                string.Create(CultureInfo.InvariantCulture, $"has {length:N0} bytes, above the service's 5 MB in base64"));
        }

        return Math.Max(signature.Width, signature.Height) > MostPixels
            ? throw TooLarge("ImageTooLarge", place, string.Create(
                CultureInfo
                    .InvariantCulture, $"has {signature.Width} x {signature.Height} pixels, and the service takes {MostPixels} on a side"))
            : new Attachment("image", "base64", place, signature.MediaType, length, Math.Max(signature.Width, signature.Height));
    }

    /// <summary>Makes an attachment of a document: a PDF, or text in UTF-8.</summary>
    /// <param name="place">A full path, the id of a file at the service, or an https address.</param>
    /// <exception cref="ClaudeBatchException"><c>PathNotFound</c>, <c>ContentTypeUnknown</c>, <c>DocumentTooLarge</c>,
    /// <c>FileUnreadable</c>.</exception>
    public static Attachment Document(string place) => Document(place, LongestDocument);

    private static Attachment Document(string place, long most)
    {
        if (Reference("document", place) is { } reference)
        {
            return reference;
        }

        (FileSignature signature, long length) = Look(place);
        if (signature.MediaType is not ("application/pdf" or "text/plain"))
        {
            throw Unknown(place, "document", "a PDF or text in UTF-8", signature.Fault);
        }

        return length > most
            ? throw TooLarge("DocumentTooLarge", place, string.Create(CultureInfo.InvariantCulture, $"has {length:N0} bytes, above 128 MB"))
            : new Attachment("document", signature.MediaType == "text/plain" ? "text" : "base64", place, signature.MediaType, length);
    }

    /// <summary>
    /// Checks the attachments of one request: where it has more than 20 images, none may have more than 2,000 pixels on a side
    /// (documentation of the service, "Vision").
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>ImageTooLarge</c>.</exception>
    internal static void CheckTogether(IReadOnlyList<Attachment> attachments)
    {
        if (attachments.Count(static a => a._kind == "image") > MostLargeImages
            && attachments.FirstOrDefault(static a => a._longestSide > MostPixelsOfMany) is { } large)
        {
            throw TooLarge("ImageTooLarge", large._place, string.Create(
                CultureInfo.InvariantCulture,
                $"has {large._longestSide} pixels on a side, and in a request of more than {MostLargeImages} images the service takes "
                    + $"{MostPixelsOfMany}"));
        }
    }

    /// <summary>Writes the content block. A file is read in pieces, so that it is not in memory in addition to its base64.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>.</exception>
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, _kind);
        writer.WritePropertyName("source"u8);
        WriteSource(writer);
        writer.WriteEndObject();
    }

    private void WriteSource(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, _source);
        switch (_source)
        {
            case "file":
                writer.WriteString("file_id"u8, Upload?.Placeholder ?? _place);
                break;
            case "url":
                writer.WriteString("url"u8, _place);
                break;
            default:
                writer.WriteString("media_type"u8, _mediaType);
                writer.WritePropertyName("data"u8);
                WriteFile(writer);
                break;
        }

        writer.WriteEndObject();
    }

    private void WriteFile(Utf8JsonWriter writer)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            using FileStream file = new(_place, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            // A byte order mark is not part of the text.
            if (_source == "text" && file.Length >= 3 && file.ReadAtLeast(buffer.AsSpan(0, 3), 3) == 3
                && !buffer.AsSpan(0, 3).SequenceEqual("\uFEFF"u8))
            {
                file.Position = 0;
            }

            int count;
            do
            {
                count = file.ReadAtLeast(buffer.AsSpan(0, ChunkSize), ChunkSize, throwOnEndOfStream: false);
                bool isLast = count < ChunkSize;
                if (_source == "text")
                {
                    writer.WriteStringValueSegment(buffer.AsSpan(0, count), isLast);
                }
                else
                {
                    writer.WriteBase64StringSegment(buffer.AsSpan(0, count), isLast);
                }
            }
            while (count == ChunkSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(_place, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Attachment? Reference(string kind, string place)
        => IsFileId(place) ? new Attachment(kind, "file", place, null)
            : IsWebAddress(place) ? new Attachment(kind, "url", place, null)
            : null;

    internal static (FileSignature Signature, long Length) Look(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return (FileSignature.Of(file), file.Length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            string besides = Path.GetFileName(path).StartsWith(IdPrefix, StringComparison.Ordinal)
                ? " Nor is it the id of a file at the service: such an id is file_ and letters or digits, without an extension."
                : string.Empty;
            throw new ClaudeBatchException(FailureKind.NotFound, "PathNotFound", $"There is no file '{path}'.{besides}", e)
            { Target = path };
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(path))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "FileUnreadable", $"'{path}' is a folder. Give the path of a file in it.", e)
            { Target = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    private static ClaudeBatchException Unreadable(string path, Exception cause)
        => new(FailureKind.InvalidArgument, "FileUnreadable", $"'{path}' cannot be read: {cause.Message}", cause) { Target = path };

    private static ClaudeBatchException Unknown(string path, string what, string known, string? fault)
        => new(
            FailureKind.InvalidData,
            "ContentTypeUnknown",
            $"'{path}' is no {what} the service takes, by its content: it takes {known}. {fault}".TrimEnd())
        { Target = path };

    private static ClaudeBatchException TooLarge(string id, string path, string why)
        => new(FailureKind.TooLarge, id, $"'{path}' {why}. Make it smaller.") { Target = path };
}
