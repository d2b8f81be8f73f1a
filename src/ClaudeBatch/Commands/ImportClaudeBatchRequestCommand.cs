using System.Management.Automation;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Rows;

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
    [PathTransformation(isLiteral: false)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    [PathTransformation(isLiteral: true)]
    public string[] LiteralPath { get; set; } = [];

    protected override void ProcessRecord()
    {
        bool isLiteral = ParameterSetName == LiteralPathSet;
        foreach (string given in isLiteral ? LiteralPath : Path)
        {
            Guard(() => ReadAll(given, isLiteral), given);
        }
    }

    private void ReadAll(string given, bool isLiteral)
    {
        foreach (string file in RequestFiles.Resolve(this, given, isLiteral))
        {
            RequestFiles.Read(file, (line, _, place) =>
            {
                byte[] bytes = line.ToArray();
                Guard(() => WriteObject(BatchRequest.From(RequestLine.Parse(bytes, place()), source: default)), target: null);
            });
        }
    }
}
