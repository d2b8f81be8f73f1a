using System.Collections;
using System.Management.Automation;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>The files that go with the request of a row. They are given as templates of paths, as files, or by a script block.</summary>
internal sealed class RowFiles
{
    private readonly List<(TextTemplate? Template, string? Place)> _given = [];

    private readonly ScriptBlock? _block;

    private readonly string _parameter;

    private readonly Func<string, string> _resolve;

    private readonly Func<string, Attachment> _open;

    /// <param name="given">The value of the parameter.</param>
    /// <param name="parameter">The name of the parameter, for messages.</param>
    /// <param name="resolve">Makes a full path from a path relative to the shell's current location.</param>
    /// <param name="open">Makes the attachment from the full path of a file, an https address, or the id of an uploaded file.</param>
    public RowFiles(object given, string parameter, Func<string, string> resolve, Func<string, Attachment> open)
    {
        (_parameter, _resolve, _open) = (parameter, resolve, open);
        object bare = given is PSObject wrapped ? wrapped.BaseObject : given;
        _block = bare as ScriptBlock;
        if (_block is null)
        {
            foreach (object? one in bare is string or not IEnumerable ? [bare] : ((IEnumerable)bare).Cast<object?>())
            {
                object? item = one is PSObject inner ? inner.BaseObject : one;
                _given.Add(item is FileInfo file ? (null, file.FullName) : (TextTemplate.Parse(JsonText.Text(item)), null));
            }
        }
    }

    public IEnumerable<string> Names => _given.SelectMany(static g => g.Template?.Names ?? []);

    /// <summary>Whether the files are the same for each row.</summary>
    public bool IsSame => _block is null && !Names.Any();

    public IEnumerable<Attachment> Render(object? value, ShellRow? row)
        => (_block is null
            ? _given.Select(g => g.Place ?? g.Template!.Render(row))
            : RowText.Invoke(_block, value, row, _parameter).Select(PlaceOf))
            .Select(place => _open(IsElsewhere(place) ? place : _resolve(place)));

    private static string PlaceOf(PSObject? output)
        => output?.BaseObject is FileInfo file ? file.FullName : JsonText.Text(output?.BaseObject);

    private static bool IsElsewhere(string place)
        => place.StartsWith("https://", StringComparison.Ordinal) || place.StartsWith("file_", StringComparison.Ordinal);
}
