using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Reads requests from JSON Lines files, byte for byte.</summary>
[Cmdlet(VerbsData.Import, "ClaudeBatchRequest", DefaultParameterSetName = PathSet)]
[OutputType(typeof(BatchRequest))]
public sealed class ImportClaudeBatchRequestCommand : AsyncCommand
{
    private const string PathSet = "Path";

    private const string LiteralPathSet = "LiteralPath";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (string given in ParameterSetName == PathSet ? Path : LiteralPath)
        {
            Guard(() => ReadAll(given), given);
        }
    }

    private void ReadAll(string given)
    {
        foreach (string file in Resolve(given))
        {
            Read(file);
        }
    }

    private string[] Resolve(string given)
    {
        IReadOnlyCollection<string> found;
        try
        {
            ProviderInfo provider;
            found = ParameterSetName == PathSet
                ? GetResolvedProviderPathFromPSPath(given, out provider)
                : [SessionState.Path.GetUnresolvedProviderPathFromPSPath(given, out provider, out _)];
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

    private static ClaudeBatchException NotFound(string path, Exception? cause)
        => new(FailureKind.NotFound, "PathNotFound", $"There is no file '{path}'.", cause) { Target = path };

    private void Read(string path)
    {
        using LineScanner scanner = new((line, _, number) =>
        {
            ReadOnlySpan<byte> bom = [0xEF, 0xBB, 0xBF];
            byte[] bytes = (number == 1 && line.StartsWith(bom) ? line[bom.Length..] : line).ToArray();
            string place = $"{path}:{number}";
            Guard(() => WriteObject(BatchRequest.From(RequestLine.Parse(bytes, place), source: default)), place);
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
