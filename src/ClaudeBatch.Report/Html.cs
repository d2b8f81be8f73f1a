using System.Text;

namespace ClaudeBatch.Report;

/// <summary>Puts HTML together. What is not markup is only ever given as a text, in which nothing is markup.</summary>
internal sealed partial class Html
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
    /// <param name="text">The text.</param>
    /// <param name="breaks">Whether a line may end behind an underscore, of which labels have many.</param>
    public Html Foreign(string? text, bool breaks = false)
        => Markup("<bdi>").Text(Cut(text ?? string.Empty), breaks).Markup("</bdi>");

    /// <summary>Adds a text of our own.</summary>
    public Html Text(string text, bool breaks = false)
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
                '_' when breaks => _html.Append("_<wbr>"),
                '\n' or '\t' => _html.Append(c),
                _ when char.IsControl(c) => _html.Append('\uFFFD'),
                _ => _html.Append(c),
            };
        }

        return this;
    }

    /// <summary>Adds what stands in another one.</summary>
    public Html Markup(Html other)
    {
        _html.Append(other._html);
        return this;
    }

    /// <summary>Adds the place of a chart. It is not there for whoever has no scripts; the table beside it says the same.</summary>
    public Html Chart(string id, string words)
        => Markup($"<div class=chart id={id} role=img hidden aria-label=\"").Text(words).Markup("\"></div>\n");

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_html.ToString()); // half a surrogate pair becomes U+FFFD

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
