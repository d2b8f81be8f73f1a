using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using ClaudeBatch.Core;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Output;

/// <summary>A label that the row of a result has in a column, or that a script block gives.</summary>
internal sealed class RowLabel
{
    private readonly string _parameter;

    private readonly string _column = string.Empty;

    private readonly ScriptBlock? _block;

    private readonly PlainMember _member;

    private string[]? _columns;

    private bool _isFound;

    /// <param name="given">The name of a column, or a script block.</param>
    /// <param name="parameter">The parameter that it was given to, for messages.</param>
    public RowLabel(object given, string parameter)
    {
        _parameter = parameter;
        _block = ForeignValue.Bare(given) as ScriptBlock;
        _column = _block is null ? JsonText.Text(given) : string.Empty;
        _member = new PlainMember(_column);
    }

    /// <summary>Where the label stands, as words in a sentence.</summary>
    public string Place => _block is null ? $"column '{_column}'" : $"what -{_parameter} gives";

    /// <summary>Gives the label of a result's row; null where it has none.</summary>
    [MethodImpl(Hot.AtOnce)]
    public string? Of(BatchResult result)
    {
        if (_block is not null)
        {
            return OfBlock(_block, result, _parameter, out _);
        }

        ReadOnlySpan<byte> row = result.SourceBytes;
        if (result.IsAsRead && !row.IsEmpty && _member.TryRead(row) && Utf8.IsValid(row)
            && _member.TryFind(row, out ReadOnlySpan<byte> value) && PlainMember.TryText(value, out string? text))
        {
            _isFound = true;
            return text;
        }

        return OfObject(result);
    }

    /// <summary>Checks, when all rows of a job were read, that one of them had the column; it is looked for anew in the next job.</summary>
    /// <param name="job">The name of the job.</param>
    /// <param name="hint">What else may have been meant, as a sentence behind a blank.</param>
    /// <exception cref="ClaudeBatchException"><c>ColumnNotFound</c>.</exception>
    public void CheckFound(string job, string hint = "")
    {
        if (_block is null && !_isFound && _columns is not null)
        {
            string there = _columns.Length == 0 ? "They have none." : $"They have {string.Join(", ", _columns)}.";
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ColumnNotFound",
                $"No row of job '{job}' has a column '{_column}', as -{_parameter} wants. {there}{hint}")
            { Target = _column };
        }

        (_isFound, _columns) = (false, null);
    }

    /// <summary>Runs a script block for a result, which it gets as <c>$_</c>.</summary>
    /// <exception cref="ClaudeBatchException"><c>ScriptBlockFailed</c>.</exception>
    /// <param name="block">The script block.</param>
    /// <param name="result">The result.</param>
    /// <param name="parameter">The parameter that has the block, for messages.</param>
    /// <param name="isNumber">Whether it gives a number, and no text of one.</param>
    internal static string? OfBlock(ScriptBlock block, BatchResult result, string parameter, out bool isNumber)
    {
        object?[] given = [.. RowText.Invoke(block, new ShellRow(result, number: 0), parameter).Where(static o => o is not null)];
        isNumber = false;
        return given switch
        {
            [] => null,
            [var only] => LabelText.Of(only, out isNumber),
            var several => JsonText.Text(several),
        };
    }

    private string? OfObject(BatchResult result)
    {
        ShellRow? row = result.Source is { } source ? new ShellRow(source, number: 0) : null;
        object? value = null;
        bool isThere = row?.TryGet(_column, out value) == true;
        _isFound |= isThere;
        _columns ??= row is null ? [] : [.. row.Names];
        return isThere && value is not null ? LabelText.Of(value, out _) : null;
    }
}
