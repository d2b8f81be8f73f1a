using System.Management.Automation;
using System.Text;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>What a text of an answer stands on: words of a document, of a page of the web or of a search result.</summary>
public sealed class Citation
{
    /// <summary>The text of the answer.</summary>
    public string? Text { get; set; }

    /// <summary>The words of the document.</summary>
    public string? CitedText { get; set; }

    /// <summary>The number of the document in the request, from 0; null for what is no document of it.</summary>
    public long? Document { get; set; }

    public string? Title { get; set; }

    /// <summary>The address of a page of the web, or the source of a search result.</summary>
    public string? Source { get; set; }

    /// <summary>The first page of a PDF, from 1.</summary>
    public long? Page { get; set; }

    public long? LastPage { get; set; }

    /// <summary>The first character of a text, or the first block of a document that is made of blocks, from 0.</summary>
    public long? Start { get; set; }

    /// <summary>The first character or block that is not cited any more.</summary>
    public long? End { get; set; }

    /// <summary>
    /// The column of the row that the document came from: the one whose value has these words at this place, or is the document's title or
    /// a path that ends with it. Null where there is none, or more than one.
    /// </summary>
    public string? Column { get; set; }

    public override string ToString() => CitedText ?? string.Empty;

    /// <summary>Makes the citations of an answer.</summary>
    /// <param name="cited">The texts of the answer.</param>
    /// <param name="row">Gives the columns of the row and their texts.</param>
    internal static IEnumerable<Citation> From(IReadOnlyList<CitedWords> cited, Func<IReadOnlyList<(string Name, string Text)>> row)
    {
        foreach (CitedWords words in cited)
        {
            foreach (object? one in ObjectView.ParseOrNull(words.Citations.Span) as object?[] ?? [])
            {
                if (one is PSObject citation)
                {
                    yield return From(words.Text, citation, row);
                }
            }
        }
    }

    private static Citation From(string text, PSObject citation, Func<IReadOnlyList<(string Name, string Text)>> row)
    {
        object? Of(string name) => citation.Properties[name]?.Value;
        Citation made = new()
        {
            Text = text,
            CitedText = Of("cited_text") as string,
            Document = Of("document_index") as long?,
            Title = (Of("document_title") ?? Of("title")) as string,
            Source = (Of("url") ?? Of("source")) as string,
            Page = Of("start_page_number") as long?,
            LastPage = (Of("end_page_number") as long?) - 1, // the service names the first page that is not cited
            Start = (Of("start_char_index") ?? Of("start_block_index")) as long?,
            End = (Of("end_char_index") ?? Of("end_block_index")) as long?,
        };
        made.Column = made.Document is null ? null : made.ColumnOf(row(), Of("start_char_index") as long?);
        return made;
    }

    private string? ColumnOf(IReadOnlyList<(string Name, string Text)> row, long? character)
    {
        string[] found = [.. row.Where(c => character is { } at && HasWords(c.Text, at)).Select(static c => c.Name)];
        if (found.Length == 0 && !string.IsNullOrEmpty(Title))
        {
            found = [.. row.Where(c => IsTitle(c.Text)).Select(static c => c.Name)];
        }

        return found is [var only] ? only : null;
    }

    // The service counts characters, of which .NET has two for those beyond U+FFFF.
    private bool HasWords(string text, long at)
    {
        if (string.IsNullOrEmpty(CitedText) || !text.Contains(CitedText, StringComparison.Ordinal))
        {
            return false;
        }

        int place = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (at-- == 0)
            {
                break;
            }

            place += rune.Utf16SequenceLength;
        }

        return text.AsSpan(place).StartsWith(CitedText, StringComparison.Ordinal);
    }

    private bool IsTitle(string text)
        => text == Title || text[(text.LastIndexOfAny(['/', '\\']) + 1)..] == Title;
}
