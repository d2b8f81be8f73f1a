using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Rows;

/// <summary>The files that go with the request of a row. They are given as templates of paths, as files, or by a script block.</summary>
internal sealed partial class RowFiles
{
    private const int MostWords = 60;

    private readonly List<(TextTemplate? Template, object? Value)> _given = [];

    private readonly ScriptBlock? _block;

    private readonly string _parameter;

    private readonly Func<string, string> _resolve;

    private readonly Func<string, Attachment> _open;

    /// <param name="given">The value of the parameter.</param>
    /// <param name="parameter">The name of the parameter, for messages.</param>
    /// <param name="resolve">Makes a full path from a path relative to the shell's current location.</param>
    /// <param name="open">Makes the attachment from the full path of a file, an https address, or the id of an uploaded file.</param>
    /// <exception cref="ClaudeBatchException"><c>AttachmentInvalid</c>: a value is bytes, a table, or something else that names no file.
    /// <c>TemplateInvalid</c>.</exception>
    public RowFiles(object given, string parameter, Func<string, string> resolve, Func<string, Attachment> open)
    {
        (_parameter, _resolve, _open) = (parameter, resolve, open);
        object bare = ForeignValue.Bare(given)!;
        _block = bare as ScriptBlock;
        if (_block is null)
        {
            foreach (object? one in bare is IList list and not IEnumerable<byte> ? list.Cast<object?>() : [bare])
            {
                string place = PlaceOf(one);
                _given.Add(ForeignValue.Bare(one) is string ? (TextTemplate.Parse(place), null) : (null, one));
            }
        }
    }

    public IEnumerable<string> Names => _given.SelectMany(static g => g.Template?.Names ?? []);

    /// <summary>Whether the files are the same for each row.</summary>
    public bool IsSame => _block is null && _given.TrueForAll(static g => g.Template?.FirstPath is null);

    /// <summary>Makes the attachments of a row: none where a script block returns nothing.</summary>
    /// <exception cref="ClaudeBatchException"><c>AttachmentInvalid</c>, <c>PathInvalid</c>, <c>PlaceholderUnknown</c>,
    /// <c>ScriptBlockFailed</c>, and what the opening of a file throws.</exception>
    public IEnumerable<Attachment> Render(ShellRow? row)
        => (_block is null
            ? _given.Select(g => g.Template is null ? g.Value : ValueOf(g.Template, row))
            : RowText.Invoke(_block, row, _parameter))
            .Select(given => Open(PlaceOf(given)));

    // The value of a column and not its text, so that what is no path is told by what it is.
    private static object? ValueOf(TextTemplate template, ShellRow? row)
        => Placeholder().Match(template.Source) is { Success: true } only && row?.TryGet(only.Groups[1].Value, out object? cell) == true
            ? cell
            : template.Render(row);

    private Attachment Open(string place)
    {
        if (Attachment.IsWebAddress(place))
        {
            return _open(place);
        }

        if (OtherAddress().IsMatch(place))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "AttachmentInvalid",
                $"'{Shortened(place)}' of -{_parameter} is no address that the service fetches a file from. Give an https address, or save "
                    + "the file and give its path.")
            { Target = place };
        }

        string path;
        try
        {
            path = ShellPath.Full(place, _resolve);
        }
        catch (ClaudeBatchException) when (Attachment.IsFileId(place))
        {
            return _open(place); // the shell is at a place that has no files
        }

        return _open(Attachment.IsFileId(place) && !File.Exists(path) ? place : path);
    }

    private string PlaceOf(object? given) => ForeignValue.Bare(given) switch
    {
        string text when !string.IsNullOrWhiteSpace(text) => text,
        null or string => throw Invalid(
            "is empty. For a request without a file let a script block return nothing, such as { if ($_.File) { $_.File } }."),
        FileSystemInfo file => file.ToString(), // as it was made: FullName would begin at the process's folder
        PathInfo path => path.ProviderPath,
        Uri address => address.OriginalString,
        byte or IEnumerable<byte> or Stream => throw Invalid("is bytes. Save them as a file, and give its path."),
        IDictionary or PSObject => throw Invalid(
            "is a table. Give the path of a file, an https address or the id of an uploaded file; a block of content goes into -Message."),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        { } other => throw Invalid(
            $"is of type {other.GetType().Name}. Give the path of a file, an https address or the id of an uploaded file."),
    };

    private ClaudeBatchException Invalid(string fault) => new(FailureKind.InvalidArgument, "AttachmentInvalid", $"-{_parameter} {fault}");

    private static string Shortened(string words) => words.Length <= MostWords ? words : $"{words.AsSpan(0, MostWords)}…";

    [GeneratedRegex(@"^\{\{\s*([^{}]+?)\s*\}\}$")]
    private static partial Regex Placeholder();

    // One letter before the colon is a drive of Windows.
    [GeneratedRegex("^[a-z][a-z0-9+.-]+://|^data:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OtherAddress();
}
