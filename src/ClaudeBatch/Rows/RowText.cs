using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Rows;

/// <summary>A text that is made from a row, by a template or by a script block. The output of a script block is used unchanged.</summary>
internal sealed class RowText
{
    private readonly TextTemplate? _template;

    private readonly ScriptBlock? _block;

    private readonly string _parameter;

    /// <param name="value">The value of the parameter: a script block, or the text of a template.</param>
    /// <param name="parameter">The name of the parameter, for messages.</param>
    public RowText(object value, string parameter)
    {
        object bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        _parameter = parameter;
        _block = bare as ScriptBlock;
        _template = _block is null ? Parse(bare) : null;
    }

    /// <summary>The template; null where a script block makes the text.</summary>
    public TextTemplate? Template => _template;

    /// <summary>Whether a script block makes the text.</summary>
    public bool IsScript => _block is not null;

    /// <summary>The names of the properties in the template.</summary>
    public IEnumerable<string> Names => _template?.Names ?? [];

    public string Render(ShellRow? row) => _template is not null ? _template.Render(row) : Run(row);

    /// <summary>Runs a script block for a row, which it gets as <c>$_</c>.</summary>
    /// <exception cref="ClaudeBatchException"><c>ScriptBlockFailed</c>: the script block has thrown an exception.</exception>
    public static IEnumerable<PSObject?> Invoke(ScriptBlock block, ShellRow? row, string parameter) => UserScript.Run(
        block,
        row?.Given,
        (why, cause) => new ClaudeBatchException(
            FailureKind.InvalidRequest, "ScriptBlockFailed", $"The script block of -{parameter} failed: {why}", cause));

    // Lines that were read one by one, or the file itself: what is meant is one text.
    private TextTemplate Parse(object given)
    {
        if (given is not IConvertible and not Guid)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "TemplateInvalid",
                $"-{_parameter} is of type {given.GetType().Name}, and takes a text or a script block. Of the lines of a file, Get-Content -Raw "
                    + "makes one text.")
            { Target = given };
        }

        try
        {
            return TextTemplate.Parse(JsonText.Text(given));
        }
        catch (ClaudeBatchException e)
        {
            throw new ClaudeBatchException(e.Kind, e.Id, $"-{_parameter}: {e.Message}", e) { Target = e.Target };
        }
    }

    private string Run(ShellRow? row) => string.Join(
        '\n', Invoke(_block!, row, _parameter)
            .Select(static o => JsonText.Text(o?.BaseObject is PSCustomObject ? o : o?.BaseObject)));
}
