using System.Runtime.CompilerServices;
using System.Text;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// A text with placeholders for the values of a row: <c>{{a.b}}</c> for a property, <c>{{_}}</c> for the row itself. <c>\{{</c> stands for
/// the characters <c>{{</c>.
/// </summary>
public sealed class TextTemplate
{
    private const int MostNames = 20;

    private static readonly char[] s_delimiters = [';', ',', '|', '\t'];

    private readonly List<(string Text, bool IsPath)> _pieces = [];

    private TextTemplate(string source) => Source = source;

    public string Source { get; }

    /// <summary>The names of the row's properties that the placeholders begin with, each once, without <c>_</c>.</summary>
    public IEnumerable<string> Names
        => _pieces.Where(static p => p.IsPath && p.Text.Trim() != "_").Select(static p => p.Text.Trim().Split('.')[0])
            .Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the first placeholder stands for; null where the text has none.</summary>
    public string? FirstPath => _pieces.Find(static p => p.IsPath).Text?.Trim();

    /// <summary>The text without its placeholders; a line end stands in the place of each.</summary>
    public string Literals => string.Concat(_pieces.Select(static p => p.IsPath ? "\n" : p.Text));

    /// <exception cref="ClaudeBatchException"><c>TemplateInvalid</c>.</exception>
    public static TextTemplate Parse(string source)
    {
        TextTemplate template = new(source);
        StringBuilder literal = new();
        int i = 0;
        while (i < source.Length)
        {
            if (source.AsSpan(i).StartsWith("\\{{"))
            {
                literal.Append("{{");
                i += 3;
            }
            else if (source.AsSpan(i).StartsWith("{{"))
            {
                int end = source.IndexOf("}}", i + 2, StringComparison.Ordinal);
                string path = end < 0 ? string.Empty : source[(i + 2)..end];
                if (string.IsNullOrWhiteSpace(path))
                {
                    throw new ClaudeBatchException(
                        FailureKind.InvalidArgument,
                        "TemplateInvalid",
                        $"The template has an open or empty '{{{{' at character {i + 1}. Close it with '}}}}', or write '\\{{{{' for "
                            + $"the characters themselves.")
                    { Target = source };
                }

                template.AddLiteral(literal);
                template._pieces.Add((path, true));
                i = end + 2;
            }
            else
            {
                literal.Append(source[i++]);
            }
        }

        template.AddLiteral(literal);
        return template;
    }

    /// <summary>Gives the text with the values of a row. Without a row, a placeholder is an error.</summary>
    /// <exception cref="ClaudeBatchException"><c>PlaceholderUnknown</c>.</exception>
    [MethodImpl(Hot.AtOnce)]
    public string Render(IRow? row)
    {
        if (_pieces is [(string only, bool isPath)])
        {
            return isPath ? Value(row, only) : only;
        }

        StringBuilder text = new();
        foreach ((string piece, bool isValue) in _pieces)
        {
            text.Append(isValue ? Value(row, piece) : piece);
        }

        return text.ToString();
    }

    private static string Value(IRow? row, string path)
    {
        if (row is null)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "PlaceholderUnknown", $"'{{{{{path}}}}}' needs a row, and none came in through the pipeline.")
            { Target = path };
        }

        // The blanks may be a column's own.
        return row.TryGetText(path.Trim(), out string text) || row.TryGetText(path, out text)
            ? text
            : throw new ClaudeBatchException(FailureKind.InvalidRequest, "PlaceholderUnknown", Missing(path.Trim(), [.. row.Names]));
    }

    // A file that was read with the wrong delimiter has its whole header as its only column.
    private static string Missing(string path, string[] names)
    {
        string known = string.Join(", ", names.Take(MostNames).Select(static n => $"'{n}'"));
        string more = names.Length > MostNames ? ", …" : string.Empty;
        string? near = Array.Find(names, n => n.Trim().Equals(path, StringComparison.OrdinalIgnoreCase));
        string hint = near is not null ? $" Write {{{{{near}}}}}: blanks are part of the name."
            : names is [string only] && only.IndexOfAny(s_delimiters) is >= 0 and int at
            ? $" Was the file read with the wrong delimiter? Import-Csv -Delimiter {(only[at] == '\t' ? "\"`t\"" : $"'{only[at]}'")}"
            : string.Empty;
        return $"There is no column '{path}'; {(names.Length == 0 ? "the row has none." : $"there are {known}{more}.")}{hint}";
    }

    private void AddLiteral(StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            _pieces.Add((literal.ToString(), false));
            literal.Clear();
        }
    }
}
