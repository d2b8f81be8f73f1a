namespace ClaudeBatch.Report;

/// <content>Tables, which scroll by themselves where they are too wide. What they are called stands above, and does not scroll.</content>
internal sealed partial class Html
{
    // They are written together, because the numbers of a column have as many decimals as one of them needs.
    private readonly List<object?[]> _rows = [];

    private string _end = string.Empty;

    /// <summary>Begins a table. A column of numbers has a '>' before its name.</summary>
    public Html Table(string id, string caption, params ReadOnlySpan<string> columns) => Frame(id, caption).Head(columns);

    /// <summary>Begins a table that is folded away, or open and can be.</summary>
    public Html Folded(string id, string caption, bool isOpen, string type = "")
    {
        Markup(isOpen ? "<details open><summary " : "<details><summary ");
        return Frame(id, caption, "summary", "details", type);
    }

    public Html Head(params ReadOnlySpan<string> columns)
    {
        Markup("<thead><tr>");
        foreach (string column in columns)
        {
            bool isNumber = column.StartsWith('>');
            Markup(isNumber ? "<th scope=col class=n>" : "<th scope=col>")
                .Foreign(isNumber ? column[1..] : column, breaks: true).Markup("</th>");
        }

        return Markup("</tr></thead><tbody>\n");
    }

    /// <summary>Adds one row to a table: the first cell is its heading, numbers stand at the right.</summary>
    public Html Row(params object?[] cells)
    {
        _rows.Add(cells);
        return this;
    }

    public Html EndTable()
    {
        Figures[] figures = _rows.Count == 0 ? []
            : [.. Enumerable.Range(0, _rows[0].Length).Select(column => Figures.Of(_rows.Select(row => row[column])))];
        foreach (object?[] row in _rows)
        {
            Markup("<tr>");
            for (int column = 0; column < row.Length; column++)
            {
                Cell(row[column], figures[column], isHeading: column == 0);
            }

            Markup("</tr>\n");
        }

        _rows.Clear();
        return Markup("</tbody></table></div>").Markup(_end);
    }

    private void Cell(object? value, Figures figures, bool isHeading)
    {
        Markup(isHeading ? "<th scope=row>" : value is string ? "<td>" : value is DateTime ? "<td class=\"n time\">" : "<td class=n>");
        _ = value is string foreign ? Foreign(foreign, breaks: true) : Text(figures.Text(value));
        Markup(isHeading ? "</th>" : "</td>");
    }

    private Html Frame(string id, string caption)
    {
        Markup("<figure><figcaption ");
        return Frame(id, caption, "figcaption", "figure", string.Empty);
    }

    private Html Frame(string id, string caption, string heading, string end, string type)
    {
        _end = $"</{end}>\n";
        return Markup($"id={id}-caption>").Text(caption)
            .Markup($"</{heading}><div class=scroll tabindex=0 role=region aria-labelledby={id}-caption>")
            .Markup($"<table id={id}{(type.Length == 0 ? string.Empty : $" class={type}")} aria-labelledby={id}-caption>");
    }
}
