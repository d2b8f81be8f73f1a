using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>A local file that goes up once, in place of its content in every request.</content>
public sealed partial class Attachment
{
    /// <summary>What the request names by its placeholder, and is to be uploaded before the request is sent; null for every other.</summary>
    public FileToUpload? Upload { get; private init; }

    /// <summary>The full path of a local file, whose content is in the request or is uploaded; null for a reference.</summary>
    public string? LocalPath => Upload is not null || _source is "base64" or "text" ? _place : null;

    /// <summary>The bytes that the content of a local file takes within a request, or would take.</summary>
    public long InlineLength => Upload?.InlineLength ?? (_source == "text" ? Length : (Length + 2) / 3 * 4);

    /// <summary>The size of a local file in bytes.</summary>
    internal long Length { get; }

    /// <summary>Makes an attachment as <see cref="Image(string)"/> or <see cref="Document(string)"/> do, which is uploaded where it is a local
    /// file.</summary>
    /// <param name="place">A full path, the id of a file at the service, or an https address.</param>
    /// <param name="isImage">Whether it is an image, and no document.</param>
    /// <exception cref="ClaudeBatchException">What the two throw, and <c>FileTooLarge</c>.</exception>
    public static Attachment Uploaded(string place, bool isImage)
    {
        Attachment inline = isImage ? Image(place) : Document(place, most: long.MaxValue);
        return inline.LocalPath is null
            ? inline
            : new Attachment(inline._kind, "file", place, mediaType: null, inline.Length, inline._longestSide)
            {
                Upload = FileToUpload.Of(place, inline._mediaType!),
            };
    }

    /// <summary>Writes a source of content that has a file in it, in place of one that names its placeholder.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>, <c>DocumentTooLarge</c>.</exception>
    internal static void WriteInline(Utf8JsonWriter writer, FileToUpload file)
    {
        Attachment inline = file.IsImage ? Image(file.Path) : Document(file.Path);
        inline.WriteSource(writer);
    }
}
