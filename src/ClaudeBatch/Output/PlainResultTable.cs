using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch.Output;

/// <summary>
/// Writes results that are as they were read from their bytes: what no object would change is copied, and an object is made for any other
/// cell. Whatever is not that simple is written from the objects of the result.
/// </summary>
internal abstract class PlainResultTable(ResultColumns columns) : ResultTable
{
    private readonly PlainJson _plain = new();

    private readonly PlainRow _row = new(columns);

    private readonly ArrayBufferWriter<byte> _text = new(1024);

    [MethodImpl(Hot.AtOnce)]
    public sealed override void Add(BatchResult result)
    {
        if (!columns.AreAll || !result.IsAsRead || result.Variant is not null || !TryAdd(result))
        {
            AddObjects(columns.Of(result));
        }
    }

    /// <summary>Adds a result whose cells are objects. What was begun of one that is plain is forgotten.</summary>
    protected abstract void AddObjects(IEnumerable<ResultCell> cells);

    /// <summary>Begins a result whose row is plain.</summary>
    protected abstract void Begin(RowShape shape);

    /// <summary>Writes the row, and nothing of the result. Returns false where <see cref="TryWrite"/> has.</summary>
    protected abstract bool TryRow(PlainRow row, ReadOnlySpan<byte> bytes);

    /// <summary>Goes to one of the columns of <see cref="ResultColumns.OfAll"/>.</summary>
    protected abstract void GoTo(int column);

    /// <summary>Writes a single value or any other object.</summary>
    protected abstract void Write(object? value);

    /// <summary>Writes the text of a string.</summary>
    /// <param name="json">The string as JSON.</param>
    protected abstract void WriteText(ReadOnlySpan<byte> json);

    /// <summary>Writes JSON that is plain, but neither a string nor null.</summary>
    protected abstract void WritePlain(ReadOnlySpan<byte> json);

    /// <summary>Ends a result.</summary>
    protected abstract void End();

    /// <summary>Writes JSON of a row or line. Returns false, and has written nothing, where it is nested and not plain.</summary>
    [MethodImpl(Hot.AtOnce)]
    protected bool TryWrite(ReadOnlySpan<byte> json)
    {
        switch ((char)json[0])
        {
            case '"':
                WriteText(json);
                return true;
            case 'n':
                Write(null);
                return true;
            case 't' or 'f':
                WritePlain(json);
                return true;
            case '{' or '[':
                if (!_plain.TryCopyMember(json))
                {
                    return false;
                }

                WritePlain(_plain.Copy);
                return true;
            default:
                if (PlainJson.IsPlainNumber(json))
                {
                    WritePlain(json);
                }
                else
                {
                    Write(ObjectView.Parse(json));
                }

                return true;
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private bool TryAdd(BatchResult result)
    {
        if (!_row.TryRead(result.SourceBytes) || !PlainAnswer.TryRead(result.LineBytes, out PlainAnswer answer))
        {
            return false;
        }

        Begin(_row.Shape);
        if (!TryRow(_row, result.SourceBytes))
        {
            return false;
        }

        for (int column = 0; column < ResultColumns.OfAll.Count; column++)
        {
            GoTo(column);
            (string name, Func<BatchResult, object?> value) = ResultColumns.OfAll[column];
            switch (name)
            {
                case nameof(BatchResult.Text) when result.ReadText is null:
                    TryWrite(answer.Text);
                    break;
                case nameof(BatchResult.Output) when result.ReadText is null:
                    WriteOutput(answer.Text);
                    break;
                case nameof(BatchResult.Output):
                    Write(BatchResult.TryParse(result.ReadText!));
                    break;
                case nameof(BatchResult.Usage):
                    WriteUsage(answer.Usage);
                    break;
                default:
                    Write(value(result));
                    break;
            }
        }

        End();
        return true;
    }

    private void WriteUsage(ReadOnlySpan<byte> usage)
    {
        if (!TryWrite(usage))
        {
            Write(ObjectView.Parse(usage));
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void WriteOutput(ReadOnlySpan<byte> text)
    {
        char mark = FirstMark(text);
        _text.ResetWrittenCount();
        if (mark is not ('{' or '[' or '\\'))
        {
            Write(null);
        }
        else if (mark == '\\' || !MendedText.TryWrite(text[1..^1], _text))
        {
            Write(BatchResult.TryParse((string)ObjectView.Parse(text)!));
        }
        else
        {
            WriteOutputOf(_text.WrittenSpan);
        }
    }

    private void WriteOutputOf(ReadOnlySpan<byte> json)
    {
        try
        {
            if (!_plain.TryCopy(json))
            {
                Write(BatchResult.TryParse(Encoding.UTF8.GetString(json)));
                return;
            }
        }
        catch (JsonException)
        {
            Write(null); // a text that only looks like JSON, or no objects can hold it
            return;
        }

        WritePlain(_plain.Copy);
    }

    // Gives the first character of a string of JSON behind the white space of JSON, a backslash for one that is escaped otherwise.
    private static char FirstMark(ReadOnlySpan<byte> text)
    {
        if (text is not [(byte)'"', ..])
        {
            return '\0';
        }

        int at = 1;
        while (text[at] == ' ' || (text[at] == '\\' && text[at + 1] is (byte)'n' or (byte)'r' or (byte)'t'))
        {
            at += text[at] == ' ' ? 1 : 2;
        }

        return (char)text[at];
    }
}
