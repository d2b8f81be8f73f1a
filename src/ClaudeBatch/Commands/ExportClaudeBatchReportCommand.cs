using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Report;

namespace ClaudeBatch.Commands;

/// <summary>Writes a report of jobs as one page of HTML. After a failure there is no partly written file.</summary>
[Cmdlet(
    VerbsData.Export,
    "ClaudeBatchReport",
    DefaultParameterSetName = nameof(Path),
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(FileInfo))]
public sealed partial class ExportClaudeBatchReportCommand : MeasuringCommand
{
    private const string All = nameof(All);

    private const string Failed = nameof(Failed);

    private const string None = nameof(None);

    // Each has its own labels and its own matrix in the page.
    private const int MostGroups = 50;

    private const StringComparison Words = StringComparison.OrdinalIgnoreCase;

    private static readonly string[] s_failed = ["Errored", "Canceled", "Expired", "Unknown", "Missing"];

    private ExportedFile? _file;

    private readonly List<JobReference> _asked = [];

    private string _path = string.Empty;

    /// <summary>The jobs that the report is about: names, with wildcards, or jobs from the pipeline.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public JobReference[] Job { get; set; } = [];

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = nameof(Path))]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = nameof(LiteralPath))]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = string.Empty;

    /// <summary>Which rows stand in the page.</summary>
    [Parameter]
    [ValidateSet(All, Failed, ResultChoice.Incomplete, None)]
    public string[] Include { get; set; } = [All];

    /// <summary>How many rows of each job stand in the page at most.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>Whether the rows that the requests were made from are left out.</summary>
    [Parameter]
    public SwitchParameter NoSource { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Title { get; set; }

    /// <summary>Whether a file that exists is replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        if (Include.Length > 1 && Include.FirstOrDefault(i => i.Equals(None, Words) || i.Equals(All, Words)) is { } alone)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "IncludeUnclear",
                $"-Include {string.Join(", ", Include)} says two things. {alone} stands alone.");
        }

        _path = ExportedFile.PathOf(this, Path, LiteralPath);
        _file = new ExportedFile(this, _path, "Export a report", Force);
        BeginMeasuring(MostGroups);
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        _asked.AddRange(Job);
        return Task.CompletedTask;
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        List<JobRecord> jobs = [];
        foreach (JobReference reference in _asked)
        {
            if (Named(reference) is not { Count: > 0 } found)
            {
                return; // a report that lacks a job would look complete; the error was told
            }

            jobs.AddRange(found.Where(IsFirst));
        }

        if (_file!.Content is not { } content)
        {
            return; // nothing is collected for a file that is not written
        }

        if (jobs.Count == 0)
        {
            Warn($"No job came in to be reported, and '{_path}' was not written.");
            return;
        }

        await WriteAsync(jobs, content, cancellationToken);
        _file.HasAny = true;
        _file.Complete();
        if (PassThru)
        {
            // As Get-Item gives it, with what the shell adds to files.
            WriteOutput(InvokeProvider.Item.Get([_path], force: true, literalPath: true)[0]);
        }
    }

    // A pattern that nothing matches is an error here, too: a page about no job says nothing.
    private IReadOnlyList<JobRecord> Named(JobReference reference)
        => reference.IsOther || reference.Identity is not null ? JobsOf(reference)
            : FindJobs(reference.Name) is { Count: > 0 } found ? found
            : throw JobNotFound(reference.Name);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file?.Dispose();
        }

        base.Dispose(disposing);
    }
}
