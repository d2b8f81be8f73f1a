using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Rows;

/// <summary>Finds the files that a path names, and reads those of JSON Lines line by line.</summary>
internal static class RequestFiles
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>Receives a line.</summary>
    /// <param name="line">The bytes of the line, without its end.</param>
    /// <param name="digest">The digest of these bytes.</param>
    /// <param name="place">Gives the path and the number of the line, for messages.</param>
    public delegate void OnLine(ReadOnlySpan<byte> line, ContentDigest digest, Func<string> place);

    /// <summary>Finds the files that a path names.</summary>
    /// <param name="cmdlet">The cmdlet, whose current location is the start of relative paths.</param>
    /// <param name="given">The path, which may have wildcards unless it is literal.</param>
    /// <param name="isLiteral">Whether the path is taken as it is, without wildcards.</param>
    /// <param name="names">A wildcard for the names that such files have, for the advice where a folder was given.</param>
    /// <exception cref="ClaudeBatchException"><c>PathNotFound</c>: there is no such file. <c>PathInvalid</c>: the path is not in the file
    /// system.</exception>
    public static string[] Resolve(PSCmdlet cmdlet, string given, bool isLiteral, string names = "*.jsonl")
    {
        string[] found = ShellPath.Resolve(given, path => isLiteral
            ? [cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)]
            : cmdlet.GetResolvedProviderPathFromPSPath(path, out _));

        // Folders that match a wildcard are left out, because nobody means them. A folder that is named without one is an error.
        string[] files = [.. found.Where(File.Exists)];
        return files.Length > 0 ? files : throw NotFound(cmdlet, given, found, isLiteral, names);
    }

    /// <summary>
    /// Reads a file, and hands over each line that has more than blanks, while the next lines are read and digested on another thread. A byte
    /// order mark at the beginning of the file is left out.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>; <c>FormatUnknown</c>: the file is no JSON Lines, and no line of it was
    /// handed over; and whatever <paramref name="take"/> throws.</exception>
    public static void Read(string path, OnLine take)
    {
        foreach (LineBlock block in ReadAhead.Of(Blocks(path), static b => b.Length))
        {
            using (block)
            {
                foreach (LineBlock.Line line in block.Lines)
                {
                    take(block[line], line.Digest, () => string.Create(CultureInfo.InvariantCulture, $"{path}:{line.Number}"));
                }
            }
        }
    }

    private static IEnumerable<LineBlock> Blocks(string path)
    {
        LineBlock block = new(ChunkSize);
        using LineScanner scanner = new((line, _, number) =>
        {
            ReadOnlySpan<byte> bom = [0xEF, 0xBB, 0xBF];
            ReadOnlySpan<byte> text = number == 1 && line.StartsWith(bom) ? line[bom.Length..] : line;
            if (text.IndexOfAnyExcept((byte)' ', (byte)'\t') >= 0)
            {
                block.Add(text, number);
            }
        });
        byte[] buffer = new byte[ChunkSize];
        using FileStream file = Guard(path, () => new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan));
        int count = Guard(path, () => file.ReadAtLeast(buffer, ChunkSize, throwOnEndOfStream: false));
        if (RequestFileFormat.FaultOf(path, buffer.AsSpan(0, count), isWhole: count < ChunkSize) is { } fault)
        {
            throw fault;
        }

        while (count > 0)
        {
            scanner.Feed(buffer.AsSpan(0, count));
            if (block.Length > 0)
            {
                yield return block;
                block = new LineBlock(ChunkSize);
            }

            count = Guard(path, () => file.Read(buffer));
        }

        scanner.Complete();
        yield return block;
    }

    private static ClaudeBatchException NotFound(PSCmdlet cmdlet, string given, string[] found, bool isLiteral, string names)
    {
        string besides = found is [{ } only] && Directory.Exists(only) ? $" It is a folder; name the files in it, such as with '{names}'."
            : !isLiteral && WildcardPattern.ContainsWildcardCharacters(given)
                && ShellPath.Resolve(given, path => [cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)]) is [{ } literal]
                && File.Exists(literal)
                ? " As a wildcard it matches no file, and there is one of that very name: give it with -LiteralPath."
            : string.Empty;
        return new ClaudeBatchException(FailureKind.NotFound, "PathNotFound", $"There is no file '{given}'.{besides}") { Target = given };
    }

    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "FileUnreadable", $"'{path}' cannot be read: {e.Message}", e)
            { Target = path };
        }
    }
}
