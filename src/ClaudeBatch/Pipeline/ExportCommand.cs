using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>
/// The base of the cmdlets that write the objects of the pipeline to a file. The file is written completely or not at all.
/// </summary>
public abstract class ExportCommand : AsyncCommand
{
    private protected const string PathSet = "Path";

    private const string LiteralPathSet = "LiteralPath";

    private WholeFile? _file;

    private string _path = string.Empty;

    /// <summary>Whether anything was written.</summary>
    private protected bool HasAny { get; private set; }

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

    /// <summary>Whether a file that exists is replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The action that the question before the export names, such as <c>Export requests</c>.</summary>
    private protected abstract string Action { get; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        string path = ShellPath.Full(ParameterSetName == PathSet ? Path : LiteralPath, GetUnresolvedProviderPathFromPSPath);
        Check(path);
        _path = path;
        if (ShouldProcess(path, Action))
        {
            _file = new WholeFile(path, Force);
            Open(_file);
        }

        return Task.CompletedTask;
    }

    // An object that does not belong into the file ends the export. Without it the file would look complete.
    protected override void ProcessRecord()
    {
        try
        {
            foreach (object? given in PipelineInput.Of(this, InputObject))
            {
                InputObject = given;
                Write(_file, given);
                HasAny = true;
            }
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(failure.ToErrorRecord(InputObject));
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        _file?.Complete();
        if (_file is not null && !HasAny)
        {
            // The file is written all the same: what was there before would be read for what came now.
            Warn($"Nothing came in to be exported, and '{_path}' has no rows.");
        }

        return Task.CompletedTask;
    }

    /// <summary>Checks the path before anything is done.</summary>
    private protected virtual void Check(string path)
    {
    }

    /// <summary>Called when the file has been created and is still empty.</summary>
    private protected virtual void Open(WholeFile file)
    {
    }

    /// <summary>Writes one object.</summary>
    /// <param name="file">The file; null under <c>-WhatIf</c>, when the object is only checked.</param>
    /// <param name="value">The object that came through the pipeline.</param>
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
