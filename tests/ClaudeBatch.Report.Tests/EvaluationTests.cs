namespace ClaudeBatch.Report.Tests;

/// <summary>What the page says of how right the answers are.</summary>
public sealed class EvaluationTests(Chromium chromium) : ReportPages(chromium)
{
    [Fact]
    public async Task How_many_are_right_stands_at_the_top_and_all_sections_are_a_click_away()
    {
        await using OpenPage page = await Chromium.OpenAsync(Two(), hasScripts: false);
        string[] tiles = await page.AskAsync<string[]>("[...document.querySelectorAll('#right > div')].map(d => d.innerText.replaceAll('\\u00a0', ' '))");
        Assert.Equal(["haiku\n80.0 % right\n160 of 200; 95 %: 75.0 to 84.0 %", "sonnet\n86.5 % right\n173 of 200; 95 %: 81.5 to 90.5 %"], tiles);
        Assert.True(await page.AskAsync<double>("document.getElementById('right').getBoundingClientRect().bottom") < 900);
        Assert.Equal(
            await page.AskAsync<string[]>("[...document.querySelectorAll('section')].map(s => s.id)"),
            await page.AskAsync<string[]>("[...document.querySelectorAll('nav a')].map(a => a.hash.slice(1))"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task A_variant_is_named_without_its_job_where_there_is_no_other()
    {
        ReportContent content = Made.Content(Made.Job("labels")) with
        {
            Evaluations = [Made.Evaluation("labels, short", 0.8, "labels, long"), Made.Evaluation("labels, long", 0.9, "labels, short")],
        };
        await using OpenPage page = await Chromium.OpenAsync(File(content, []));
        Assert.Equal(["short", "long"], await page.AskAsync<string[]>("[...document.querySelectorAll('#right dt')].map(d => d.textContent)"));
        Assert.Equal(
            ["short", "long"],
            await page.AskAsync<string[]>(
                "[...document.querySelectorAll('#chart-accuracy text')].map(t => t.textContent).filter(t => ['short', 'long'].includes(t))"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task The_most_frequent_mistakes_come_first_and_many_labels_are_folded_away()
    {
        await using OpenPage page = await Chromium.OpenAsync(Two());
        Assert.Equal(
            [["<i>bug</i>", "billing", "17", "21.25 %"], ["billing", "<i>bug</i>", "6", "5.00 %"]], await page.TableAsync("mistakes-1"));
        Assert.Equal((bool[])[true, true, true, true], await page.AskAsync<bool[]>("[...document.querySelectorAll('details')].map(d => d.open)"));
        await using OpenPage many = await Chromium.OpenAsync(Many(), width: 400);
        Assert.Equal((bool[])[false, false], await many.AskAsync<bool[]>("[...document.querySelectorAll('details')].map(d => d.open)"));
        string[][] mistakes = await many.TableAsync("mistakes-1");
        Assert.Equal(10, mistakes.Length);
        Assert.Equal(["label_number_300", "label_number_001", "9", "2.92 %"], mistakes[0]);
        Assert.Contains(
            "the first 10 of 299", await many.AskAsync<string>("document.getElementById('mistakes-1-caption').textContent"), StringComparison.Ordinal);
        many.AssertQuiet();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task A_matrix_is_read_at_any_width_and_the_figures_of_labels_are_seen(int width)
    {
        await using OpenPage page = await Chromium.OpenAsync(Many(), width: width);
        await page.AskAsync<object>("document.querySelectorAll('details').forEach(d => d.open = true)");
        // Heads stand upright, so that more than two columns are seen; the label of a line stays where it is.
        Assert.True(await page.AskAsync<double>("document.querySelector('#confusion-1 thead .n').getBoundingClientRect().width") < 50);
        Assert.Equal(
            "0",
            await page.AskAsync<string>(
                """
                (() => {
                  const [holder, first] = [document.querySelector('.scroll:has(#confusion-1)'), document.querySelector('#confusion-1 tbody th')];
                  holder.scrollLeft = 300;
                  return String(first.getBoundingClientRect().left - holder.getBoundingClientRect().left);
                })()
                """));
        Assert.True(await page.AskAsync<bool>("(s => s.scrollWidth <= s.clientWidth)(document.querySelector('.scroll:has(#labels-1)'))"));
        Assert.True(await page.AskAsync<bool>("(s => s.scrollWidth <= s.clientWidth)(document.querySelector('.scroll:has(#mistakes-1)'))"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task Jobs_of_which_nothing_was_expected_have_only_how_they_agree()
    {
        ReportEvaluation bare = new("haiku") { Rows = 200, Answered = 190, Against = [new ReportAgreement("sonnet", 188, 0.835, 0.641, null, null, null)] };
        ReportContent content = Made.Content(Made.Job(), Made.Job("sonnet")) with { Evaluations = [bare, new("sonnet")] };
        await using OpenPage page = await Chromium.OpenAsync(File(content, []));
        Assert.Equal([["haiku", "sonnet", "188", "83.50 %", "0.641", "–", "–", "–"]], await page.TableAsync("against-table"));
        Assert.Equal(1, await page.AskAsync<int>("document.querySelectorAll('#evaluation table').length"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task A_matrix_of_many_labels_has_those_that_most_rows_have()
    {
        string[] labels = [.. Enumerable.Range(1, 300).Select(static i => $"label {i:000}")];
        ReportEvaluation many = new("haiku")
        {
            Rows = 45_150,
            Correct = 44_850,
            Labels = [.. labels.Select(static (label, i) => new ReportLabel(label, 1, 1, 1, i + 1))],
            Confusion =
            [
                .. labels.Select(static (label, i) => new ReportConfusion(label, label, IsUnanswered: false, i)),
                .. labels.Select(static label => new ReportConfusion(label, "label 001", IsUnanswered: false, 1)),
            ],
        };
        await using OpenPage page = await Chromium.OpenAsync(File(Made.Content(Made.Job()) with { Evaluations = [many] }, []));
        string[][] matrix = await page.TableAsync("confusion-1");
        Assert.Equal([.. labels[270..], "(other labels)"], matrix.Select(static line => line[0]));
        Assert.All(matrix, static line => Assert.Equal(32, line.Length));
        Assert.Equal(["label 300", "299", "1"], [matrix[29][0], .. matrix[29][30..]]);
        // What has no line and no column of its own is there, too: a line adds up to the rows that have its label.
        Assert.Equal(["(other labels)", "", "36585"], [matrix[30][0], matrix[30][1], matrix[30][31].Replace(",", string.Empty, StringComparison.Ordinal)]);
        string[][] scores = await page.TableAsync("labels-1");
        Assert.Equal(labels[100..], scores.Select(static line => line[0]));
        Assert.EndsWith(
            "the 30 of 300 labels that most rows have, and all others together; Measure-ClaudeBatchResult has all",
            await page.AskAsync<string>("document.getElementById('confusion-1-caption').textContent"),
            StringComparison.Ordinal);
        page.AssertQuiet();
    }

    private string Many()
    {
        string[] labels = [.. Enumerable.Range(1, 300).Select(static i => $"label_number_{i:000}")];
        ReportEvaluation many = new("haiku")
        {
            Rows = 90_000,
            Correct = 89_000,
            Labels = [.. labels.Select(static (label, i) => new ReportLabel(label, 1, 1, 1, i + 1))],
            Confusion =
            [
                .. labels.Select(static (label, i) => new ReportConfusion(label, label, IsUnanswered: false, i)),
                .. labels.Skip(1).Select(static (label, i) => new ReportConfusion(label, "label_number_001", IsUnanswered: false, i == 298 ? 9 : 1)),
            ],
        };
        return File(Made.Content(Made.Job()) with { Evaluations = [many] }, []);
    }
}
