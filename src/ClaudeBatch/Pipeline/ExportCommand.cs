using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>Base of the cmdlets that write what comes through the pipeline to a file, whole or not at all.</summary>
public abstract class ExportCommand : AsyncCommand
{
    private protected const string PathSet = "Path";

    private const string LiteralPathSet = "LiteralPath";

    private WholeFile? _file;

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = string.Empty;

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>For the question that is asked before, such as <c>Export requests</c>.</summary>
    private protected abstract string Action { get; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        string path = GetUnresolvedProviderPathFromPSPath(ParameterSetName == PathSet ? Path : LiteralPath);
        Check(path);
        if (ShouldProcess(path, Action))
        {
            _file = new WholeFile(path, Force);
            Open(_file);
        }

        return Task.CompletedTask;
    }

    // What does not belong into the file ends the export: a file without it would look whole.
    protected override void ProcessRecord()
    {
        try
        {
            Write(_file, InputObject);
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(failure.ToErrorRecord(InputObject));
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        _file?.Complete();
        return Task.CompletedTask;
    }

    /// <summary>Looks at the path before anything is done.</summary>
    private protected virtual void Check(string path)
    {
    }

    /// <summary>The file is there, empty.</summary>
    private protected virtual void Open(WholeFile file)
    {
    }

    /// <summary>Writes one object.</summary>
    /// <param name="file">Null under <c>-WhatIf</c>: the object is looked at all the same.</param>
    /// <param name="value">What came.</param>
    private protected abstract void Write(WholeFile? file, object? value);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file?.Dispose();
        }

        base.Dispose(disposing);
    }
}
