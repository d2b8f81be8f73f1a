using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>New-ClaudeBatchRequest -Path makes the requests that Import-Csv and a pipeline make, of any file.</summary>
public sealed class CsvRowsTests : IDisposable
{
    private const string Line = """
        param($path, $delimiter, $ask, $isDirect)
        $given = @{ Model = 'claude-haiku-4-5'; MaxTokens = 9; WarningAction = 'SilentlyContinue' } + $ask
        if ($isDirect) { New-ClaudeBatchRequest -LiteralPath $path -Delimiter $delimiter @given }
        else { Import-Csv -LiteralPath $path -Delimiter $delimiter | New-ClaudeBatchRequest @given }
        """;

    private static readonly string[] s_pieces
        = ["a", "b", "0", "x y", " ", "\t", ",", ";", "\"", "\"\"", "\n", "\r\n", "\r", "#", "#TYPE x\n", "é", "\u2028", "🙂", "\0", "\uFEFF"];

    private static readonly string[] s_usual = ["a", "b c", "\"x, y\"", "\"say \"\"no\"\"\"", "\"l\n2\"", "", " 7", "7 ", "\"\""];

    private static readonly Dictionary<string, object>[] s_asked =
    [
        new() { ["Prompt"] = "x {{_}}" },
        new() { ["Prompt"] = "x {{a}}" },
        new() { ["Prompt"] = ScriptBlock.Create("'x' + $_.a + $_.PSObject.Properties.Name") },
        new() { ["Prompt"] = "x{{a}}", ["CustomId"] = "{{b}}" },
        new() { ["Prompt"] = "x", ["SourceProperty"] = new[] { "b*" } },
    ];

    private readonly string _file = Path.GetTempFileName();

    private readonly Runspace _runspace = Module.OpenRunspace();

    public void Dispose()
    {
        _runspace.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public void Any_text_gives_the_requests_of_Import_Csv()
        => Prop.ForAll(
            Gen.Elements(s_pieces).ListOf().Select(static p => string.Concat(p)).ToArbitrary(),
            Gen.Elements(',', ';', '\t', 'é').ToArbitrary(),
            Gen.Elements(s_asked).ToArbitrary(),
            (text, delimiter, asked) => Compare("a,b,a2\n" + text, delimiter, asked) & Compare(text, delimiter, asked))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Rows_of_any_length_give_the_requests_of_Import_Csv()
        => Prop.ForAll(
            Gen.Elements(s_usual).ListOf().Select(static c => string.Join(',', c)).ListOf().ToArbitrary(),
            Gen.Elements("\n", "\r\n", "\r").ToArbitrary(),
            Gen.Elements(s_asked).ToArbitrary(),
            (rows, end, asked) => Compare($"a,b,c{end}{string.Join(end, rows)}", ',', asked)
                & Compare($"\uFEFFb,\"a\",{end}{string.Join(end, rows)}{end}", ',', asked))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public void A_file_in_any_encoding_with_a_mark_is_read(string encoding)
    {
        Encoding given = Encoding.GetEncoding(encoding);
        File.WriteAllText(_file, "a,b\n1,é\n2,", given);
        Assert.True(IsSame(',', s_asked[0]));
        File.WriteAllText(_file, "a,b\n1,é\n2,\n", given);
        Assert.True(IsSame(',', s_asked[0]));
    }

    private bool Compare(string text, char delimiter, Dictionary<string, object> asked)
    {
        File.WriteAllText(_file, text);
        return IsSame(delimiter, asked);
    }

    private bool IsSame(char delimiter, Dictionary<string, object> asked)
    {
        string direct = Requests(delimiter, asked, isDirect: true);
        string piped = Requests(delimiter, asked, isDirect: false);
        // Of doubled names Import-Csv says so in its own words, or takes a name of its own for one of the file's.
        return direct.Contains("HeaderDoubled") || direct == piped ? true : throw new InvalidDataException($"{direct}\n---\n{piped}");
    }

    private string Requests(char delimiter, Dictionary<string, object> asked, bool isDirect)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(Line).AddArgument(_file).AddArgument(delimiter).AddArgument(new System.Collections.Hashtable(asked)).AddArgument(isDirect);
        StringBuilder said = new();
        try
        {
            foreach (PSObject request in shell.Invoke())
            {
                said.Append(CultureInfo.InvariantCulture, $"{request.Properties["Raw"].Value} {Json(request.Properties["Source"].Value)} {request.Properties["EarlierId"].Value}").Append('\n');
            }
        }
        catch (RuntimeException e)
        {
            said.Append(CultureInfo.InvariantCulture, $"{e.ErrorRecord.FullyQualifiedErrorId} {e.Message}").Append('\n');
        }

        foreach (ErrorRecord error in shell.Streams.Error)
        {
            said.Append(CultureInfo.InvariantCulture, $"{error.FullyQualifiedErrorId} {error.Exception.Message}").Append('\n');
        }

        return said.ToString();
    }

    private static string Json(object? source) => source is PSObject row
        ? string.Join('|', row.Properties.Select(static p => $"{p.Name}={p.Value ?? "null"}"))
        : $"{source}";
}
