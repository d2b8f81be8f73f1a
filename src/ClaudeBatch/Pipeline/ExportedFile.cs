using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>The file that a command exports to. It is written where the user agrees, and completely or not at all.</summary>
internal sealed class ExportedFile : IDisposable
{
    private readonly AsyncCommand _command;

    private readonly string _path;

    /// <param name="command">The command.</param>
    /// <param name="path">The full path.</param>
    /// <param name="action">The action that the question before the export names, such as <c>Export requests</c>.</param>
    /// <param name="force">Whether a file that exists is replaced.</param>
    /// <exception cref="ClaudeBatchException"><c>FileExists</c>, <c>FileNotWritable</c>.</exception>
    public ExportedFile(AsyncCommand command, string path, string action, bool force)
    {
        (_command, _path) = (command, path);
        Content = command.ShouldProcess(path, action) ? new WholeFile(path, force) : null;
    }

    /// <summary>The file; null where the user does not agree, and under <c>-WhatIf</c>, when what comes is only checked.</summary>
    public WholeFile? Content { get; }

    /// <summary>Whether anything was written.</summary>
    public bool HasAny { get; set; }

    /// <summary>Gives the full path that the parameters <c>-Path</c> and <c>-LiteralPath</c> name, of which one is given.</summary>
    /// <exception cref="ClaudeBatchException"><c>PathInvalid</c>.</exception>
    public static string PathOf(PSCmdlet command, string path, string literalPath)
        => ShellPath.Full(path.Length > 0 ? path : literalPath, command.GetUnresolvedProviderPathFromPSPath);

    /// <summary>Writes the objects of the current input.</summary>
    /// <param name="input">What came through the pipeline or as an argument.</param>
    /// <param name="write">Writes one object.</param>
    public void Take(object? input, Action<object?> write)
    {
        object? current = input;
        try
        {
            foreach (object? given in PipelineInput.Of(_command, input))
            {
                current = given;
                write(given);
                HasAny = true;
            }
        }
        catch (ClaudeBatchException failure)
        {
            // An object that does not belong into the file ends the export. Without it the file would look complete.
            _command.ThrowTerminatingError(failure.ToErrorRecord(current));
        }
    }

    /// <summary>Gives the file its name, when everything has been written.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileNotWritable</c>.</exception>
    public void Complete()
    {
        Content?.Complete();
        if (Content is not null && !HasAny)
        {
            // The file is written all the same: what was there before would be read for what came now.
            _command.Warn($"Nothing came in to be exported, and '{_path}' has no rows.");
        }
    }

    public void Dispose() => Content?.Dispose();
}
