using System.Buffers;
using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Output;

/// <summary>The label of an answer: a field of its object, its text where it is no object, or what a script block gives.</summary>
internal sealed class AnswerLabel
{
    private const string Parameter = "Actual";

    private readonly string? _field;

    private readonly ScriptBlock? _block;

    private readonly bool _isWhole;

    private readonly PlainMember _member;

    private readonly ArrayBufferWriter<byte> _text = new(1024);

    private string[]? _fields;

    private bool _isFound;

    // Answers with several fields, of which none was named, and the fields of the first; and those that have a label without.
    private (long Count, string[] Fields) _unnamed;

    private long _labeled;

    private long _asked;

    /// <param name="given">The name of a field, or a script block; null for the only field there is, or the text.</param>
    /// <param name="isWhole">
    /// Whether an answer with several fields, of which none was named, is taken whole, and so is one that is not complete.
    /// </param>
    public AnswerLabel(object? given, bool isWhole)
    {
        _block = ForeignValue.Bare(given) as ScriptBlock;
        _field = given is null || _block is not null ? null : JsonText.Text(given);
        _isWhole = isWhole;
        _member = new PlainMember(_field);
    }

    /// <summary>Whether the last label is a number, and no text of one.</summary>
    public bool IsNumber { get; private set; }

    /// <summary>Gives the label of a result that succeeded; null where there is none.</summary>
    /// <exception cref="ClaudeBatchException"><c>ScriptBlockFailed</c>.</exception>
    [MethodImpl(Hot.AtOnce)]
    public string? Of(BatchResult result)
    {
        IsNumber = false;
        string? label = _block is not null ? OfBlock(result)
            : !result.IsComplete && !_isWhole ? null
            : result.IsAsRead && TryPlain(result, out string? plain) ? plain
            : OfObject(result);
        _labeled += label is null ? 0 : 1;
        _asked++;
        return label;
    }

    /// <summary>Checks, when the answers of a job were read, that most of them needed no name of a field, where none was given.</summary>
    /// <param name="job">The name of the job.</param>
    /// <returns>What is to be said of the others; null where there are none.</returns>
    /// <exception cref="ClaudeBatchException"><c>FieldNotNamed</c>: figures of the few that needed none would say nothing of the job.</exception>
    public string? CheckNamed(string job)
    {
        ((long count, string[] fields), long labeled, long asked) = (_unnamed, _labeled, _asked);
        (_unnamed, _labeled, _asked) = (default, 0, 0);
        if (_block is not null && asked > 0 && labeled == 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The script block of -{Parameter} gave no label for any of the {asked} answers of job '{job}'; they count as unparsable. In it $_ is a "
                    + $"result: its text is $_.Text, a field of it $_.Output.Name, a column of its row $_.Source.Name.");
        }

        string said = fields is [] ? "no field" : $"several fields ({string.Join(", ", fields ?? [])})";
        return count == 0 ? null
            : labeled <= count ? throw NotNamed(fields!)
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Of the answers of job '{job}' {count} with {said} count as unparsable; most are the label itself or have one field. -{Parameter} "
                    + $"says what the label of all is: a field, or a script block.");
    }

    /// <summary>Checks, when all answers were read, that one of them had the field.</summary>
    /// <exception cref="ClaudeBatchException"><c>FieldNotFound</c>.</exception>
    public void CheckFound()
    {
        if (_field is not null && !_isFound && _fields is not null)
        {
            string there = _fields.Length == 0
                ? "They are no objects: leave -Actual out to take their text."
                : $"They have {string.Join(", ", _fields)}.";
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "FieldNotFound", $"No answer has a field '{_field}', as -{Parameter} wants. {there}")
            { Target = _field };
        }
    }

    // Returns false where an object has to be made.
    [MethodImpl(Hot.AtOnce)]
    private bool TryPlain(BatchResult result, out string? label)
    {
        label = null;
        if (result.ReadText is not null || !PlainAnswer.TryRead(result.LineBytes, out PlainAnswer answer)
            || answer.Text is not [(byte)'"', .. var words, (byte)'"'])
        {
            return false;
        }

        ReadOnlySpan<byte> mark = words.TrimStart((byte)' ');
        if (mark is not [(byte)'{' or (byte)'\\' or (byte)'[', ..])
        {
            return _field is null && PlainMember.TryText(answer.Text, out label);
        }

        _text.ResetWrittenCount();
        if (mark[0] != '{' || !MendedText.TryWrite(words, _text))
        {
            return false;
        }

        ReadOnlySpan<byte> json = _text.WrittenSpan;
        ReadOnlySpan<byte> value = default;
        bool isPlain = _member.TryRead(json) && _member.TryFind(json, out value) && PlainMember.TryText(value, out label);
        IsNumber = isPlain && value is [>= (byte)'0' and <= (byte)'9', ..];
        _isFound |= isPlain;
        return isPlain;
    }

    private string? OfBlock(BatchResult result)
    {
        string? label = RowLabel.OfBlock(_block!, result, Parameter, out bool isNumber);
        IsNumber = isNumber;
        return label;
    }

    private string? OfObject(BatchResult result)
    {
        if (result.Output is not { } output || ForeignValue.Bare(output) is string or Array)
        {
            _fields ??= [];
            return _field is null ? result.Text : null;
        }

        ShellRow row = new(output, number: 0);
        string[] names = [.. row.Names];
        _fields = _fields is null or [] ? names : _fields;
        object? value = null;
        if (_field is not null)
        {
            _isFound |= row.TryGet(_field, out value);
        }
        else if (names is [var only])
        {
            row.TryGet(only, out value);
        }
        else if (_isWhole)
        {
            value = output;
        }
        else
        {
            _unnamed = (_unnamed.Count + 1, _unnamed.Fields ?? names);
        }

        if (value is null)
        {
            return null;
        }

        string label = LabelText.Of(value, out bool isNumber);
        IsNumber = isNumber;
        return label;
    }

    private static ClaudeBatchException NotNamed(string[] fields) => new(
        FailureKind.InvalidArgument,
        "FieldNotNamed",
        fields.Length == 0
            ? "An answer is an object without a field. Name the one that has the label: -Actual."
            : $"The answers have several fields: {string.Join(", ", fields)}. Name the one that has the label: -Actual {fields[0]}.");
}
