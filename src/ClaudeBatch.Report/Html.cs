using System.Globalization;
using System.Text;

namespace ClaudeBatch.Report;

/// <summary>Puts HTML together. What is not markup is only ever given as a text, in which nothing is markup.</summary>
internal sealed class Html
{
    /// <summary>The most characters of a text that came from outside.</summary>
    public const int MostCharacters = 500;

    private readonly StringBuilder _html = new();

    /// <summary>Adds markup of our own.</summary>
    public Html Markup(string markup)
    {
        _html.Append(markup);
        return this;
    }

    /// <summary>Adds a text. It is cut after 500 characters, and its direction does not reach what stands around it.</summary>
    public Html Foreign(string? text) => Markup("<bdi>").Text(Cut(text ?? string.Empty)).Markup("</bdi>");

    /// <summary>Adds a text of our own.</summary>
    public Html Text(string text)
    {
        foreach (char c in text)
        {
            _ = c switch
            {
                '&' => _html.Append("&amp;"),
                '<' => _html.Append("&lt;"),
                '>' => _html.Append("&gt;"),
                '"' => _html.Append("&quot;"),
                '\'' => _html.Append("&#39;"),
                '\n' or '\t' => _html.Append(c),
                _ when char.IsControl(c) => _html.Append('\uFFFD'),
                _ => _html.Append(c),
            };
        }

        return this;
    }

    /// <summary>Adds the cells of one row of a table: the first is its heading, numbers stand at the right.</summary>
    public Html Row(params ReadOnlySpan<object?> cells)
    {
        Markup("<tr>");
        for (int i = 0; i < cells.Length; i++)
        {
            string tag = i == 0 ? "th scope=row" : cells[i] is string ? "td" : "td class=n";
            Markup($"<{tag}>");
            _ = cells[i] is string foreign ? Foreign(foreign) : Text(Number(cells[i]));
            Markup(i == 0 ? "</th>" : "</td>");
        }

        return Markup("</tr>\n");
    }

    /// <summary>Begins a table that scrolls by itself where it is too wide. A column of numbers has a '>' before its name.</summary>
    public Html Table(string id, string caption, params ReadOnlySpan<string> columns)
    {
        Markup($"<div class=scroll tabindex=0 role=region aria-label=\"").Text(caption).Markup($"\"><table id={id}><caption>").Text(caption)
            .Markup("</caption><thead><tr>");
        foreach (string column in columns)
        {
            bool isNumber = column.StartsWith('>');
            Markup(isNumber ? "<th scope=col class=n>" : "<th scope=col>").Foreign(isNumber ? column[1..] : column).Markup("</th>");
        }

        return Markup("</tr></thead><tbody>\n");
    }

    public Html EndTable() => Markup("</tbody></table></div>\n");

    /// <summary>Adds the place of a chart. It is not there for whoever has no scripts; the table beside it says the same.</summary>
    public Html Chart(string id, string words)
        => Markup($"<div class=chart id={id} role=img hidden aria-label=\"").Text(words).Markup("\"></div>\n");

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_html.ToString()); // half a surrogate pair becomes U+FFFD

    /// <summary>Gives a number, an amount or a time in the form that they have in every culture.</summary>
    public static string Number(object? value) => value switch
    {
        null => "–",
        decimal dollars => string.Create(CultureInfo.InvariantCulture, $"${dollars:0.00####}"),
        Share share => Percent(share.Value),
        Chance { Value: > 0 and < 0.001 } => "< 0.001",
        Chance chance => Number(chance.Value),
        double share => string.Create(CultureInfo.InvariantCulture, $"{share:0.000}"),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        TimeSpan span => Duration(span),
        IFormattable number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Percent(double? share)
        => share is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:0.##} %") : "–";

    private static string Duration(TimeSpan span)
    {
        (double value, string unit) = span.TotalDays >= 2 ? (span.TotalDays, "days")
            : span.TotalHours >= 2 ? (span.TotalHours, "h")
            : span.TotalMinutes >= 2 ? (span.TotalMinutes, "min")
            : (span.TotalSeconds, "s");
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {unit}");
    }

    private static string Cut(string text)
    {
        if (text.Length <= MostCharacters)
        {
            return text;
        }

        int length = char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters;
        return string.Concat(text.AsSpan(0, length), "…");
    }
}

/// <summary>A share that is shown in percent.</summary>
/// <param name="Value">From 0 to 1; null where it is not known.</param>
internal readonly record struct Share(double? Value)
{
    public static Share Of(long part, long whole) => new(whole == 0 ? null : (double)part / whole);
}

/// <summary>How likely something is, where what matters of it is how small it is.</summary>
/// <param name="Value">From 0 to 1; null where it is not known.</param>
internal readonly record struct Chance(double? Value);
