using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Tools;

/// <summary>
/// The comment of a function or script that is meant as its help and stands in one line, such as
/// <c>&lt;# .SYNOPSIS Finds an order. .PARAMETER Number The order's number. #&gt;</c>. Get-Help wants each keyword in a line of its own.
/// </summary>
internal static partial class CommentText
{
    /// <summary>Gives the texts by keyword, those of parameters by their names; empty where there is no such comment.</summary>
    public static IReadOnlyDictionary<string, string> Of(CommandInfo command)
    {
        Dictionary<string, string> texts = new(StringComparer.OrdinalIgnoreCase);
        Ast? code = (command as FunctionInfo)?.ScriptBlock.Ast ?? (command as ExternalScriptInfo)?.ScriptBlock.Ast;
        if (code is null)
        {
            return texts;
        }

        _ = Parser.ParseInput(code.Extent.Text, out Token[] tokens, out _);
        string? comment = tokens.Where(static t => t.Kind == TokenKind.Comment).Select(static t => t.Text)
            .FirstOrDefault(static t => OneLine().IsMatch(t));
        if (comment is null)
        {
            return texts;
        }

        string inner = comment[2..^2];
        Match[] keywords = [.. Keyword().Matches(inner).Cast<Match>()];
        for (int i = 0; i < keywords.Length; i++)
        {
            int end = i + 1 < keywords.Length ? keywords[i + 1].Index : inner.Length;
            string text = inner[(keywords[i].Index + keywords[i].Length)..end].Trim();
            string name = keywords[i].Groups["of"] is { Success: true } of ? of.Value : keywords[i].Groups["word"].Value;
            if (text.Length > 0)
            {
                texts.TryAdd(name, text);
            }
        }

        return texts;
    }

    [GeneratedRegex(@"\A<#[ \t]*\.(SYNOPSIS|DESCRIPTION)[ \t]+\S[^\r\n]*#>\z", RegexOptions.IgnoreCase)]
    private static partial Regex OneLine();

    [GeneratedRegex(
        @"(?<!\S)\.(?:PARAMETER\s+(?<of>\w+)|(?<word>SYNOPSIS|DESCRIPTION|EXAMPLE|NOTES|LINK|INPUTS|OUTPUTS|COMPONENT|ROLE|FUNCTIONALITY))(?!\S)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Keyword();
}
