using System.Globalization;
using System.Text;

namespace ClaudeBatch.Clients.Tests;

/// <summary>A request as its bytes said it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The path with its query, as it was sent.</param>
/// <param name="Headers">The headers by their names in small letters.</param>
/// <param name="Body">The body, without its transfer coding.</param>
internal sealed record RecordedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const string HeadEnd = "\r\n\r\n";

    public string Path => Target.Split('?')[0];

    public string Query => Target.Contains('?', StringComparison.Ordinal) ? Target.Split('?', 2)[1] : string.Empty;

    /// <summary>Takes the first whole request out of the bytes of a connection; null where it is not whole yet.</summary>
    /// <param name="bytes">The bytes that came so far.</param>
    /// <param name="length">How many of them are the request's.</param>
    public static RecordedRequest? Read(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        int end = bytes.IndexOf(Encoding.ASCII.GetBytes(HeadEnd));
        if (end < 0)
        {
            return null;
        }

        string[] lines = Encoding.ASCII.GetString(bytes[..end]).Split("\r\n");
        Dictionary<string, string> headers = lines.Skip(1)
            .Select(static l => l.Split(':', 2))
            .ToDictionary(static p => p[0].ToLowerInvariant(), static p => p[1].Trim());
        ReadOnlySpan<byte> rest = bytes[(end + HeadEnd.Length)..];
        byte[]? body = headers.ContainsKey("transfer-encoding")
            ? Chunks(rest, out int used)
            : Counted(rest, int.Parse(headers.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture), out used);
        length = end + HeadEnd.Length + used;
        string[] first = lines[0].Split(' ');
        return body is null ? null : new RecordedRequest(first[0], first[1], headers, body);
    }

    private static byte[]? Counted(ReadOnlySpan<byte> rest, int count, out int used)
    {
        used = count;
        return rest.Length < count ? null : rest[..count].ToArray();
    }

    private static byte[]? Chunks(ReadOnlySpan<byte> rest, out int used)
    {
        used = 0;
        List<byte> body = [];
        while (rest[used..].IndexOf("\r\n"u8) is int line and >= 0)
        {
            int size = int.Parse(Encoding.ASCII.GetString(rest.Slice(used, line)), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            used += line + 2;
            if (rest.Length < used + size + 2)
            {
                return null;
            }

            body.AddRange(rest.Slice(used, size));
            used += size + 2;
            if (size == 0)
            {
                return [.. body];
            }
        }

        return null;
    }
}
