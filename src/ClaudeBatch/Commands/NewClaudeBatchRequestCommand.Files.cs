using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Commands;

/// <content>Reads rows from CSV files, without an object for each.</content>
public sealed partial class NewClaudeBatchRequestCommand
{
    // What Sep cannot read as Import-Csv does is read by Import-Csv. It stops at the first row that is not taken. The shell's defaults of parameters
    // would change what is read, and so do not count. It gives what Import-Csv has warned of.
    private const string ReadByShell = """
        param($path, $delimiter, $after, $take)
        $PSDefaultParameterValues = @{}
        $said = @()
        $reading = @{ LiteralPath = $path; Delimiter = $delimiter; ErrorAction = 'Stop'; WarningAction = 'SilentlyContinue'; WarningVariable = 'said' }
        $null = Microsoft.PowerShell.Utility\Import-Csv @reading |
            Microsoft.PowerShell.Utility\Select-Object -Skip $after |
            Microsoft.PowerShell.Core\Where-Object { -not $take.Invoke($_) } |
            Microsoft.PowerShell.Utility\Select-Object -First 1
        foreach ($one in $said) { $one.Message }
        """;

    private bool HasFiles => Path.Length + LiteralPath.Length > 0;

    // A script block runs on the pipeline's thread alone, and so does what asks the shell for paths.
    private bool HasShellWork => _customId?.IsScript == true || Array.Exists(_makers, static m => m.HasShellWork);

    private void CheckInput()
    {
        bool hasRows = MyInvocation.ExpectingInput || IsGiven(nameof(InputObject));
        string? fault = HasFiles && hasRows ? "-Path reads rows from files, and there are rows from elsewhere, too; give one of them."
            : Path.Length > 0 && LiteralPath.Length > 0 ? "-Path and -LiteralPath are two ways to name the files; give one of them."
            : !HasFiles && IsGiven(nameof(Delimiter))
                ? "-Delimiter is of the files that -Path names; rows from the pipeline are whole already. Give it to Import-Csv."
            : null;
        if (fault is not null)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "ParameterConflict", fault);
        }
    }

    private void AddFiles()
    {
        bool isLiteral = LiteralPath.Length > 0;
        foreach (string given in isLiteral ? LiteralPath : Path)
        {
            foreach (string file in RequestFiles.Resolve(this, given, isLiteral, "*.csv"))
            {
                AddFile(file);
            }
        }
    }

    private void AddFile(string file)
    {
        using CsvRows rows = new(file, Delimiter);
        foreach (string name in rows.Unnamed)
        {
            Warn($"A column of '{file}' has no name in the first line; it is '{name}' here, as Import-Csv calls it.");
        }

        IEnumerable<ShellRow> read = rows.From(_rows + 1);
        IEnumerable<BatchRequest> requests = Variant is null ? read.Select(Make).OfType<BatchRequest>() : read.SelectMany(MakeAll);
        foreach (BatchRequest request in HasShellWork
            ? requests
            : ReadAhead.Of(requests.Select(static r => r.WithDigest()), static r => r.SizeInBytes))
        {
            if (Stopping)
            {
                throw new PipelineStoppedException();
            }

            Hand(request);
        }

        if (rows.IsOdd)
        {
            AddByShell(file, rows);
        }
    }

    private void AddByShell(string file, CsvRows rows)
    {
        ExceptionDispatchInfo? failure = null;
        Func<object, bool> take = row =>
        {
            try
            {
                Take(hasRow: true, row);
                return true;
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
                return false;
            }
        };
        Collection<PSObject> said = InvokeCommand.InvokeScript(
            useLocalScope: true, ScriptBlock.Create(ReadByShell), input: null, file, Delimiter, rows.Count, take);
        failure?.Throw();
        foreach (PSObject warning in rows.Heading.Names.Length == 0 ? said : [])
        {
            Warn($"'{file}': {warning}");
        }
    }
}
