using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Rows;

/// <summary>Finds the JSON Lines files that a path names, and reads them line by line.</summary>
internal static class RequestFiles
{
    /// <summary>Receives a line.</summary>
    /// <param name="line">The bytes of the line, without its end.</param>
    /// <param name="place">Gives the path and the number of the line, for messages.</param>
    public delegate void OnLine(ReadOnlySpan<byte> line, Func<string> place);

    /// <summary>Finds the files that a path names.</summary>
    /// <param name="cmdlet">The cmdlet, whose current location is the start of relative paths.</param>
    /// <param name="given">The path, which may have wildcards unless it is literal.</param>
    /// <param name="isLiteral">Whether the path is taken as it is, without wildcards.</param>
    /// <exception cref="ClaudeBatchException"><c>PathNotFound</c>: there is no such file. <c>PathInvalid</c>: the path is not in the file
    /// system.</exception>
    public static string[] Resolve(PSCmdlet cmdlet, string given, bool isLiteral)
    {
        IReadOnlyCollection<string> found;
        try
        {
            ProviderInfo provider;
            found = isLiteral
                ? [cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(given, out provider, out _)]
                : cmdlet.GetResolvedProviderPathFromPSPath(given, out provider);
            if (provider.Name != "FileSystem")
            {
                throw new ClaudeBatchException(FailureKind.InvalidArgument, "PathInvalid", $"'{given}' is not in the file system.");
            }
        }
        catch (ItemNotFoundException e)
        {
            throw NotFound(given, e);
        }

        // Folders that match a wildcard are left out, because nobody means them. A folder that is named without one is an error.
        string[] files = [.. found.Where(File.Exists)];
        return files.Length > 0 ? files : throw NotFound(given, cause: null);
    }

    /// <summary>
    /// Reads a file, and hands over each line that is not empty. A byte order mark at the beginning of the file is left out.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>, and whatever <paramref name="take"/> throws.</exception>
    public static void Read(string path, OnLine take)
    {
        using LineScanner scanner = new((line, _, number) =>
        {
            ReadOnlySpan<byte> bom = [0xEF, 0xBB, 0xBF];
            take(
                number == 1 && line.StartsWith(bom) ? line[bom.Length..] : line,
                () => string.Create(CultureInfo.InvariantCulture, $"{path}:{number}"));
        });
        using FileStream file = OpenRead(path);
        byte[] buffer = new byte[256 * 1024];
        int count;
        while ((count = file.Read(buffer)) > 0)
        {
            scanner.Feed(buffer.AsSpan(0, count));
        }

        scanner.Complete();
    }

    private static ClaudeBatchException NotFound(string path, Exception? cause)
        => new(FailureKind.NotFound, "PathNotFound", $"There is no file '{path}'.", cause) { Target = path };

    private static FileStream OpenRead(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "FileUnreadable", $"'{path}' cannot be read: {e.Message}", e)
            { Target = path };
        }
    }
}
