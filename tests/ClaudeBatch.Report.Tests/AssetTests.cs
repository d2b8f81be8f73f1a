using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Report.Tests;

/// <summary>The libraries of the page are those that were published, and nothing in them ends the element they stand in.</summary>
public sealed partial class AssetTests
{
    [Theory]
    [InlineData(ReportAssets.Charts)]
    [InlineData(ReportAssets.Table)]
    [InlineData(ReportAssets.TableStyle)]
    public void A_library_is_the_file_that_was_published(string name)
    {
        string line = Assert.Single(System.IO.File.ReadLines(Notes()), l => l.StartsWith($"| `{name}`", StringComparison.Ordinal));
        Assert.Contains($"`sha384-{Convert.ToBase64String(SHA384.HashData(ReportAssets.ReadWhole(name)))}`", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReportAssets.Charts)]
    [InlineData(ReportAssets.ChartsOfPage)]
    [InlineData(ReportAssets.Table)]
    [InlineData(ReportAssets.ReadingOfPage)]
    [InlineData(ReportAssets.RowsOfPage)]
    [InlineData(ReportAssets.TableStyle)]
    [InlineData(ReportAssets.PageStyle)]
    public void Nothing_in_an_asset_ends_its_element_or_changes_its_hash(string name)
    {
        string text = System.Text.Encoding.UTF8.GetString(ReportAssets.Read(name));
        Assert.NotEmpty(text);
        // A reader of HTML makes a line feed of a carriage return, and the hash would be another.
        Assert.DoesNotMatch(Ending(), text);
    }

    [GeneratedRegex("</script|</style|<!--|<script|\r|\0|sourceMappingURL", RegexOptions.IgnoreCase)]
    private static partial Regex Ending();

    private static string Notes()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "ClaudeBatch.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "src", "ClaudeBatch.Report", "assets", "README.md");
    }
}
