using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>The forms of a request that names files by placeholders: with their ids at the service, and with their content in it.</summary>
/// <remarks>
/// Only the value of a member <c>file_id</c> is looked for. Within a text its quotation marks would be escaped, so no text of a row is taken for
/// one.
/// </remarks>
public static class UploadForms
{
    private const int DigestLength = 64;

    private static ReadOnlySpan<byte> Member => "\"file_id\":\""u8;

    private static ReadOnlySpan<byte> Source => "{\"type\":\"file\",\"file_id\":\""u8;

    internal static ReadOnlySpan<byte> PrefixUtf8 => "upload_sha256_"u8;

    /// <summary>Gives the request with the service's ids of its files.</summary>
    /// <param name="item">The request with placeholders.</param>
    /// <param name="idOf">Gives the id of the file with a digest; null where it is not known, and its placeholder stays.</param>
    public static byte[] WithIds(ReadOnlySpan<byte> item, Func<string, string?> idOf)
        => Replaced(item, value => value.StartsWith(PrefixUtf8) && value.Length == PrefixUtf8.Length + DigestLength
            ? idOf(Encoding.ASCII.GetString(value[PrefixUtf8.Length..]))
            : null);

    /// <summary>Gives the placeholders in a request, each as often as it stands there, in their order.</summary>
    public static IReadOnlyList<string> PlaceholdersIn(ReadOnlySpan<byte> item)
        => IdsIn(item, static id => id.StartsWith(FileToUpload.Prefix, StringComparison.Ordinal)
            && id.Length == FileToUpload.Prefix.Length + DigestLength);

    /// <summary>Gives the ids in a request that a predicate takes, each as often as it stands there.</summary>
    public static List<string> IdsIn(ReadOnlySpan<byte> item, Func<string, bool> isWanted)
    {
        List<string> ids = [];
        Replaced(item, value =>
        {
            if (Encoding.UTF8.GetString(value) is var id && isWanted(id))
            {
                ids.Add(id);
            }

            return null;
        });
        return ids;
    }

    /// <summary>Gives a copy of a request with other ids in the place of some.</summary>
    /// <param name="item">The request.</param>
    /// <param name="ids">The new id of each that is replaced.</param>
    public static byte[] WithOtherIds(ReadOnlySpan<byte> item, IReadOnlyDictionary<string, string> ids)
        => Replaced(item, value => ids.GetValueOrDefault(Encoding.UTF8.GetString(value)));

    /// <summary>Writes the request with its files in it, as they would stand there without an upload. A file is read in pieces.</summary>
    /// <param name="item">The request with placeholders.</param>
    /// <param name="files">Its files, which are known to be there unchanged.</param>
    /// <param name="target">Gets the request.</param>
    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>, <c>DocumentTooLarge</c>.</exception>
    public static void WriteInline(ReadOnlySpan<byte> item, IReadOnlyList<FileToUpload> files, Stream target)
    {
        int copied = 0;
        while (item[copied..].IndexOf(Source) is >= 0 and var at)
        {
            int value = copied + at + Source.Length;
            int end = value + item[value..].IndexOf((byte)'"');
            FileToUpload? file = FileOf(item[value..end], files);
            target.Write(item[copied..(file is null ? end : copied + at)]);
            if (file is not null)
            {
                using Utf8JsonWriter writer = new(target);
                Attachment.WriteInline(writer, file);
                writer.Flush();
            }

            copied = file is null ? end : end + 2; // with the quotation mark and the bracket
        }

        target.Write(item[copied..]);
    }

    /// <summary>Gives the request with its files in it.</summary>
    /// <inheritdoc cref="WriteInline" path="/param"/>
    /// <inheritdoc cref="WriteInline" path="/exception"/>
    public static byte[] Inline(ReadOnlySpan<byte> item, IReadOnlyList<FileToUpload> files)
    {
        using MemoryStream whole = new();
        WriteInline(item, files, whole);
        return whole.ToArray();
    }

    private static FileToUpload? FileOf(ReadOnlySpan<byte> value, IReadOnlyList<FileToUpload> files)
    {
        foreach (FileToUpload file in files)
        {
            if (value.SequenceEqual(Encoding.ASCII.GetBytes(file.Placeholder)))
            {
                return file;
            }
        }

        return null;
    }

    private static byte[] Replaced(ReadOnlySpan<byte> item, Replacement replacement)
    {
        ArrayBufferWriter<byte> buffer = new(item.Length);
        int copied = 0;
        while (item[copied..].IndexOf(Member) is >= 0 and var at)
        {
            int value = copied + at + Member.Length;
            int length = item[value..].IndexOf((byte)'"');
            string? other = length < 0 ? null : replacement(item.Slice(value, length));
            buffer.Write(item[copied..value]);
            copied = value;
            if (other is not null)
            {
                buffer.Write(Encoding.UTF8.GetBytes(other));
                copied += length;
            }
        }

        buffer.Write(item[copied..]);
        return buffer.WrittenSpan.ToArray();
    }

    // A span is no argument of a generic delegate.
    private delegate string? Replacement(ReadOnlySpan<byte> value);
}
