using System.Text;

namespace ClaudeBatch.Emulator;

/// <summary>A form as browsers and SDKs send it (<c>multipart/form-data</c>), read from a file a piece at a time.</summary>
internal static class FormBody
{
    private const int LongestHead = 16 * 1024;

    private const int ChunkSize = 64 * 1024;

    /// <summary>A part of a form.</summary>
    /// <param name="Name">The name of its field.</param>
    /// <param name="FileName">The name of its file; null where it is none.</param>
    /// <param name="MediaType">Its media type; null where the part names none.</param>
    /// <param name="Start">Where its content begins in the body.</param>
    /// <param name="Length">How long its content is.</param>
    internal sealed record Part(string Name, string? FileName, string? MediaType, long Start, long Length);

    /// <summary>Gives the boundary that a content type names.</summary>
    /// <exception cref="ServiceError">It is no form.</exception>
    public static string Boundary(string? contentType)
    {
        int at = contentType?.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase) ?? -1;
        return contentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true && at >= 0
            ? contentType[(at + 9)..].Split(';')[0].Trim().Trim('"')
            : throw ServiceError.Invalid("Expected a multipart/form-data body.");
    }

    /// <exception cref="ServiceError">The body is no form with this boundary.</exception>
    public static List<Part> Read(string path, string boundary)
    {
        using FileStream body = File.OpenRead(path);
        byte[] mark = Encoding.UTF8.GetBytes("\r\n--" + boundary);
        List<Part> parts = [];
        long at = body.Length > mark.Length && Text(body, 0, mark.Length - 2) == "--" + boundary ? mark.Length - 2 : -1;
        while (at >= 0 && Text(body, at, 2) != "--")
        {
            string head = Text(body, at, LongestHead);
            int end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            // The length of the head in bytes, whose names may have other letters than ASCII's.
            long start = end < 0 ? throw Broken() : at + Encoding.UTF8.GetByteCount(head[..(end + 4)]);
            long next = Find(body, mark, start);
            parts.Add(PartOf(head[..end], start, next - start));
            at = next + mark.Length;
        }

        return at < 0 ? throw Broken() : parts;
    }

    /// <summary>Gives the content of a part that is text.</summary>
    public static string Text(string path, Part part)
    {
        using FileStream body = File.OpenRead(path);
        return Text(body, part.Start, (int)Math.Min(part.Length, LongestHead));
    }

    private static ServiceError Broken() => ServiceError.Invalid("The multipart body could not be parsed.");

    private static Part PartOf(string head, long start, long length)
    {
        string? Header(string name) => head.Split("\r\n").FirstOrDefault(
            line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
        string disposition = Header("Content-Disposition") ?? throw Broken();
        return new Part(
            Field(disposition, "name") ?? throw Broken(), Field(disposition, "filename"), Header("Content-Type"), start, length);
    }

    // With and without quotation marks, as clients differ.
    private static string? Field(string disposition, string name) => disposition.Split(';')
        .Select(static f => f.Trim())
        .FirstOrDefault(f => f.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim('"');

    private static string Text(FileStream body, long at, int length)
    {
        byte[] bytes = new byte[Math.Min(length, Math.Max(0, body.Length - at))];
        body.Position = at;
        body.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static long Find(FileStream body, byte[] mark, long from)
    {
        byte[] buffer = new byte[ChunkSize + mark.Length];
        for (long at = from; at < body.Length; at += ChunkSize)
        {
            body.Position = at;
            int count = body.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            int found = buffer.AsSpan(0, count).IndexOf(mark);
            if (found >= 0)
            {
                return at + found;
            }
        }

        throw Broken();
    }
}
