using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// Tells by the first bytes of a file that it has no requests in JSON Lines, so that the file is refused once and not once a line.
/// </summary>
public static class RequestFileFormat
{
    private const int MostNames = 6;

    private static readonly char[] s_columnEnds = [',', ';', '\t'];

    /// <summary>Gives the error for a file that is of another format; null for one that may have requests.</summary>
    /// <param name="path">The path of the file, for the message.</param>
    /// <param name="head">The first bytes of the file: its whole first line, or as much of it as is there.</param>
    /// <param name="isWhole">Whether <paramref name="head"/> is the whole file.</param>
    /// <returns>An error with the id <c>FormatUnknown</c> that says what the file is and what to do.</returns>
    public static ClaudeBatchException? FaultOf(string path, ReadOnlySpan<byte> head, bool isWhole)
        => (EncodingFault(path, head) ?? TextFault(path, head, isWhole)) is { } words
            ? new ClaudeBatchException(FailureKind.InvalidData, "FormatUnknown", $"'{path}' {words}") { Target = path }
            : null;

    private static string? EncodingFault(string path, ReadOnlySpan<byte> head) => head switch
    {
        [0x1F, 0x8B, ..] => "is compressed with gzip. Unpack it, and give the path of the unpacked file.",
        [(byte)'P', (byte)'K', 3, 4, ..] => "is a zip archive or an Office document. Take the rows out of it as CSV or JSON Lines first.",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "is compressed with zstd. Unpack it, and give the path of the unpacked file.",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, ..] or [_, 0, ..]
            => $"is not UTF-8 but UTF-16 or UTF-32. Save it as UTF-8: Get-Content -LiteralPath {Quoted(path)} | "
                + "Set-Content -Encoding utf8NoBOM -LiteralPath '<another path>'",
        _ => null,
    };

    private static string? TextFault(string path, ReadOnlySpan<byte> head, bool isWhole)
    {
        ReadOnlySpan<byte> text = (head.StartsWith("\uFEFF"u8) ? head[3..] : head).TrimStart(" \t\r\n"u8);
        int end = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = (end < 0 ? text : text[..end]).TrimEnd(" \t\r"u8);
        bool isWholeLine = end >= 0 || isWhole;
        return line switch
        {
            [] => null,
            [(byte)'[', ..] => Array(path),
            [(byte)'{'] when isWholeLine => "has a JSON value over several lines, and JSON Lines has one request on each line. "
                + RowsFrom($"Get-Content -LiteralPath {Quoted(path)} -Raw | ConvertFrom-Json"),
            [(byte)'{', ..] => isWholeLine ? Fields(path, line) : null,
            _ => Utf8.IsValid(line) ? Table(path, line) : null,
        };
    }

    private static string Array(string path)
        => "has one JSON array, and JSON Lines has one request on each line, without brackets around them. "
            + RowsFrom($"Get-Content -LiteralPath {Quoted(path)} -Raw | ConvertFrom-Json");

    // Lines of rows and of another vendor's requests are objects, too, but have no params.
    private static string? Fields(string path, ReadOnlySpan<byte> line)
    {
        List<string> names = [];
        try
        {
            Utf8JsonReader reader = new(line);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                names.Add(reader.GetString()!);
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // the line is named with its own fault
        }

        return names.Count == 0 || names.Contains("params") || names is ["custom_id"] ? null
            : $"has lines with {string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? ", …" : string.Empty)}; a request has "
                + "custom_id and params. " + RowsFrom($"Get-Content -LiteralPath {Quoted(path)} | ConvertFrom-Json");
    }

    private static string? Table(string path, ReadOnlySpan<byte> line)
    {
        string header = Encoding.UTF8.GetString(line);
        int at = header.IndexOfAny(s_columnEnds);
        string delimiter = at < 0 || header[at] == ',' ? string.Empty : header[at] == ';' ? " -Delimiter ';'" : " -Delimiter \"`t\"";
        return at < 0 && !path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
            ? "is no JSON Lines: its first line is no JSON object. " + RowsFrom($"Get-Content -LiteralPath {Quoted(path)}", "_")
            : "is no JSON Lines but a table of rows, by its first line. " + RowsFrom($"Import-Csv -LiteralPath {Quoted(path)}{delimiter}");
    }

    private static string RowsFrom(string reading, string column = "column")
        => $"Make requests of its rows: {reading} | New-ClaudeBatchRequest -Model … -MaxTokens … -Prompt '… {{{{{column}}}}} …'";

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
