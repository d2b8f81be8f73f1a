using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Rows;

/// <summary>
/// Watches the requests that rows become for slips that would be paid for with each row: a placeholder in the syntax of another tool, a
/// prompt that is the same for all rows, a column that is empty, a file that was read in another encoding.
/// </summary>
internal sealed partial class PromptWatch
{
    private const int LongestQuote = 60;

    private readonly Dictionary<string, RowNumbers?> _empty = new(StringComparer.OrdinalIgnoreCase);

    private string? _first;

    private bool _differs;

    private long _count;

    private const char Replacement = '\uFFFD';

    private string _advice = string.Empty;

    private RowNumbers? _broken;

    private bool _hasPlaceholder;

    // Whether a row is itself what is asked.
    private bool _rowsAreAsked;

    /// <summary>Warnings of what the first row shows.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Compares what the templates say with the columns of the first row.</summary>
    /// <param name="row">The first row.</param>
    /// <param name="templates">The templates, each with the name of its parameter.</param>
    /// <exception cref="ClaudeBatchException"><c>PlaceholderMisspelt</c>: a template without any placeholder names a column as other tools
    /// do.</exception>
    public void Begin(ShellRow row, IEnumerable<(string Parameter, TextTemplate Template)> templates)
    {
        string[] names = [.. row.Names, "_"];
        string columns = string.Join(", ", (row.IsRecord ? names[..^1] : ["_"]).Take(5).Select(static n => $"{{{{{n}}}}}"));
        _rowsAreAsked = row.IsText && templates.All(static t => t.Parameter == "CustomId");
        _advice = columns.Length == 0 ? string.Empty : $" Where a value of the row belongs, write {columns}.";
        foreach ((string parameter, TextTemplate template) in templates)
        {
            _hasPlaceholder |= template.FirstPath is not null && parameter != "CustomId";
            foreach (Match match in OtherSyntax().Matches(template.Literals))
            {
                string? name = names.FirstOrDefault(n => n.Equals(match.Groups["name"].Value, StringComparison.OrdinalIgnoreCase));
                if (name is null)
                {
                    continue;
                }

                string what = name == "_" ? "that is no placeholder" : $"the rows have a column '{name}'";
                string told = $"-{parameter} has '{match.Value}', and {what}: its value is written '{{{{{name}}}}}'.";
                if (template.FirstPath is null)
                {
                    throw new ClaudeBatchException(
                        FailureKind.InvalidArgument,
                        "PlaceholderMisspelt",
                        $"{told} Where the characters themselves are meant, give a script block: -{parameter} {{ '…' }}.")
                    { Target = template.Source };
                }

                Warnings.Add($"{told} It goes out as it stands.");
            }
        }
    }

    /// <summary>Notes what a row has become.</summary>
    /// <param name="row">The row.</param>
    /// <param name="asked">The prompt, or the messages as JSON.</param>
    [MethodImpl(Hot.AtOnce)]
    public void Add(ShellRow row, string asked)
    {
        _count++;
        _first ??= asked;
        _differs = _differs || asked != _first;
        if (asked.Contains(Replacement))
        {
            Note(ref _broken, row.Number);
        }


        foreach (string name in row.EmptyPlaces)
        {
            Note(ref CollectionsMarshal.GetValueRefOrAddDefault(_empty, name, out _), row.Number);
        }
    }

    /// <summary>Gives the warnings about all rows.</summary>
    /// <param name="hasFiles">Whether each request has a picture or a document of its own.</param>
    public IEnumerable<string> End(bool hasFiles)
    {
        if (_count > 1 && !_differs && !hasFiles && !_hasPlaceholder)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"All {_count} requests ask the same, '{Quote()}'")
                + (_rowsAreAsked ? "." : $", and nothing of their rows is in them.{_advice}");
        }

        if (_broken is not null)
        {
            yield return $"{_broken}: the text has U+FFFD in it, which stands for bytes that could not be read. Was the file read in "
                + "another encoding than it has? Import-Csv -Encoding names it.";
        }

        foreach ((string name, RowNumbers? rows) in _empty)
        {
            yield return $"{rows}: column '{name}' is empty, and the text around it goes out without it.";
        }
    }

    private static void Note(ref RowNumbers? rows, long row)
    {
        if (rows is null)
        {
            rows = new RowNumbers(row);
        }
        else
        {
            rows.Add(row);
        }
    }

    private string Quote()
    {
        string text = _first!.ReplaceLineEndings(" ");
        return text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
    }

    // '{name}' of .NET and Python, '$name', '${name}', '$_.name' and '$($_.name)' of PowerShell.
    [GeneratedRegex(
        """(?<!\{)\{\s*(?<name>[^{}]+?)\s*\}(?!\})|\$\(\$\w+\.(?<name>\w+)\)|\$(?:_|PSItem)\.(?<name>\w+)|\$\{?(?<name>\w+)\}?""",
        RegexOptions.CultureInvariant)]
    private static partial Regex OtherSyntax();
}
