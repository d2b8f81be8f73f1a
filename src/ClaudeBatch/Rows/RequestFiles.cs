using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Rows;

/// <summary>JSON Lines files as people name them, line by line.</summary>
internal static class RequestFiles
{
    /// <summary>Told of each line: its bytes without the end, and where it stands.</summary>
    public delegate void OnLine(ReadOnlySpan<byte> line, Func<string> place);

    /// <summary>The files a path names.</summary>
    /// <param name="cmdlet">For the shell's own sense of where we are.</param>
    /// <param name="given">A path, with wildcards unless it is literal.</param>
    /// <param name="isLiteral">Takes the path as it is.</param>
    /// <exception cref="ClaudeBatchException"><c>PathNotFound</c>, <c>PathInvalid</c>.</exception>
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

        // A wildcard takes folders along, which nobody meant; a folder named outright is a mistake.
        string[] files = [.. found.Where(File.Exists)];
        return files.Length > 0 ? files : throw NotFound(given, cause: null);
    }

    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>, and what the taker throws.</exception>
    public static void Read(string path, OnLine take)
    {
        using LineScanner scanner = new((line, _, number) =>
        {
            ReadOnlySpan<byte> bom = [0xEF, 0xBB, 0xBF];
            take(number == 1 && line.StartsWith(bom) ? line[bom.Length..] : line, () => string.Create(CultureInfo.InvariantCulture, $"{path}:{number}"));
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
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "FileUnreadable", $"'{path}' cannot be read: {e.Message}", e) { Target = path };
        }
    }
}
