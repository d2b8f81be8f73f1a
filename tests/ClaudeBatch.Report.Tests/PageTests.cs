using System.Diagnostics;
using System.Globalization;

namespace ClaudeBatch.Report.Tests;

/// <summary>What a person finds on the page, in a browser.</summary>
public sealed class PageTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private readonly List<string> _files = [];

    public void Dispose() => _files.ForEach(System.IO.File.Delete);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_section_has_its_figures_with_scripts_and_without(bool hasScripts)
    {
        await using OpenPage page = await chromium.OpenAsync(Two(), hasScripts: hasScripts);
        Assert.Equal("Labels of November", await page.AskAsync<string>("document.title"));
        Assert.Equal(
            ["summary", "side-by-side", "outcomes", "failures", "costs", "timeline", "attempts", "evaluation", "rows"],
            await page.AskAsync<string[]>("[...document.querySelectorAll('section')].map(s => s.id)"));
        Assert.Equal(
            "Job 'haiku' has ended: 1,201 of 1,234 answered.", await page.AskAsync<string>("document.querySelector('.sentence').textContent"));
        string[][] jobs = await page.TableAsync("jobs");
        Assert.Contains(["Requests", "1,234", "1,234"], jobs);
        Assert.Contains(["Cost", "$1.23456", "$1.23456"], jobs);
        Assert.Contains(["haiku", "Complete", "1,184", "95.95 %"], await page.TableAsync("outcomes-table"));
        Assert.Contains(
            ["sonnet", "overloaded_error", "The same request may work the next time.", "19", "row-7 Overloaded."],
            await page.TableAsync("failures-table"));
        Assert.Contains(
            ["haiku", "claude-haiku-4-5", "1,201", "111,111", "2,222", "33,333", "44,444", "5", "$1.23456", "$2.46912", "$1.23456", "$0.055"],
            await page.TableAsync("costs-table"));
        Assert.Contains(["haiku", "19 min", "59 min", "59 min", "97 min"], await page.TableAsync("waits-table"));
        Assert.Contains(
            [
                "haiku", "2", "1", "Collected", "534", "523", "2026-11-20 08:05:00Z", "2026-11-20 08:06:00Z", "2026-11-20 09:05:00Z", "2026-11-20 09:07:00Z",
                "59 min",
            ],
            await page.TableAsync("timeline-table"));
        Assert.Contains(["haiku", "2", "1", "33", "21", "12", "$0.03456"], await page.TableAsync("attempts-table"));
        Assert.Contains(
            ["haiku", "200", "160", "80 %", "75 %", "84 %", "0.812", "0.823", "10", "4", "5", "$0.50", "$0.003125"],
            await page.TableAsync("accuracy-table"));
        Assert.Contains(["<i>bug</i>", "0.710", "–", "0.750", "80"], await page.TableAsync("labels-1"));
        Assert.Equal([["billing", "110", "6", "4", "0"], ["<i>bug</i>", "17", "57", "0", "6"]], await page.TableAsync("confusion-1"));
        Assert.Equal(
            ["Expected", "billing", "<i>bug</i>", "(no label)", "(no answer)"],
            await page.AskAsync<string[]>("[...document.querySelectorAll('#confusion-1 thead th')].map(c => c.textContent)"));
        Assert.Equal(
            ["110", "57"], await page.AskAsync<string[]>("[...document.querySelectorAll('#confusion-1 td.right')].map(c => c.textContent)"));
        Assert.Contains(["haiku", "sonnet", "188", "83.5 %", "0.641", "21", "8", "0.012"], await page.TableAsync("against-table"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task Each_chart_is_drawn_and_says_what_it_is()
    {
        await using OpenPage page = await (await chromium.OpenAsync(Two())).WithRowsAsync();
        string[] drawn = await page.AskAsync<string[]>(
            "[...document.querySelectorAll('.chart')].filter(c => !c.hidden && c.querySelectorAll('svg path').length > 3 && c.ariaLabel).map(c => c.id)");
        Assert.Equal(
            [
                "chart-jobs", "chart-outcomes", "chart-failures", "chart-costs", "chart-answers", "chart-timeline", "chart-attempts",
                "chart-accuracy",
            ],
            drawn);
        page.AssertQuiet();
    }

    [Fact]
    public async Task Rows_are_searched_filtered_and_sorted()
    {
        await using OpenPage page = await (await chromium.OpenAsync(One(Made.Rows(500)))).WithRowsAsync();
        Assert.Equal("500 rows", await page.AskAsync<string>("document.getElementById('rows-count').textContent"));

        await page.Page.TypeAsync("#search", "PARCEL 123?");
        Assert.Equal("1 of 500 rows", await page.CountAsync("500 rows"));
        Assert.Equal(["row-123"], await page.ColumnAsync("id"));
        await page.AskAsync<object>("document.getElementById('search').value = ''");
        await page.Page.SelectAsync("#filter-outcome", "=Errored");
        Assert.Equal("50 of 500 rows", await page.CountAsync("1 of 500 rows"));
        await page.Page.SelectAsync("#filter-actual", "=billing");
        Assert.Equal("16 of 500 rows", await page.CountAsync("50 of 500 rows"));
        await page.Page.SelectAsync("#filter-right", "=wrong");
        Assert.Equal("0 of 500 rows", await page.CountAsync("16 of 500 rows"));
        await page.Page.SelectAsync("#filter-right", "=right");
        Assert.Equal("16 of 500 rows", await page.CountAsync("0 of 500 rows"));
        Assert.Equal("row-30", (await page.ColumnAsync("id"))[0]);

        // The numbers of the column fall as the rows go on; as texts, 99 would be the last.
        await page.Page.ClickAsync(".tabulator-col[tabulator-field=c0] button");
        Assert.Equal("row-480", (await page.ColumnAsync("id"))[0]);
        await page.Page.ClickAsync(".tabulator-col[tabulator-field=c0] button");
        Assert.Equal("row-30", (await page.ColumnAsync("id"))[0]);
        page.AssertQuiet();
    }

    [Fact]
    public async Task A_row_opens_whole_by_click_and_by_key()
    {
        await using OpenPage page = await (await chromium.OpenAsync(One(Made.Rows(20)))).WithRowsAsync();
        await page.Page.ClickAsync(".tabulator-row:nth-child(2)");
        string[] lines = await page.AskAsync<string[]>("[...document.querySelectorAll('dialog dd')].map(d => d.textContent)");
        Assert.Equal(
            [
                "row-2", "haiku", "Complete", "billing", "shipping", "wrong", "Answer 2: the parcel of customer 14 is on its way.", "18", "Where is my parcel 2?",
                "claude-haiku-4-5", "1", "0.00002",
            ],
            lines);
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.FocusAsync(".tabulator-row:nth-child(3) button");
        await page.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("row-3", await page.AskAsync<string>("document.querySelector('dialog dd').textContent"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task An_opened_row_lists_the_calls_of_its_tools_which_are_searched_too()
    {
        string markup = "<img src=x onerror=console.log('ran')>";
        RowOf called = Made.Rows(1).Single() with
        {
            Id = "called",
            Rounds = 3,
            Calls =
            [
                new ReportCall(1, "Get-Order", """{"Number":7}""", $"sent on the 3rd {markup}", IsError: false),
                new ReportCall(2, "Send-Refund", """{"Number":7}""", "no such account", IsError: true),
                .. Enumerable.Repeat(new ReportCall(3, "Get-Order", new string('x', 1_000), Output: null, IsError: false), 60),
            ],
        };
        await using OpenPage page = await (await chromium.OpenAsync(One([.. Made.Rows(20), called]))).WithRowsAsync();
        await page.Page.TypeAsync("#search", "NO SUCH ACCOUNT");
        Assert.Equal("1 of 21 rows", await page.CountAsync("21 rows"));
        await page.Page.ClickAsync(".tabulator-row");
        string[] names = await page.AskAsync<string[]>("[...document.querySelectorAll('dialog dt')].map(d => d.textContent)");
        string[] lines = await page.AskAsync<string[]>("[...document.querySelectorAll('dialog dd')].map(d => d.textContent)");
        int rounds = names.IndexOf("Rounds");
        Assert.Equal(["Rounds", "Call 1, round 1: Get-Order", "Call 2, round 2: Send-Refund"], names[rounds..(rounds + 3)]);
        Assert.Equal(["3", $$"""{"Number":7}{{'\n'}}sent on the 3rd {{markup}}"""], lines[rounds..(rounds + 2)]);
        Assert.Equal($$"""{"Number":7}{{'\n'}}(failed) no such account""", lines[rounds + 2]);
        Assert.Equal($"{new string('x', 500)}…\n(nobody has answered it)", lines[rounds + 3]);
        Assert.Equal("12", lines[names.IndexOf("More calls")]);
        page.AssertQuiet();
    }

    [Fact]
    public async Task Jobs_of_which_nothing_was_expected_have_only_how_they_agree()
    {
        ReportEvaluation bare = new("haiku") { Rows = 200, Answered = 190, Against = [new ReportAgreement("sonnet", 188, 0.835, 0.641, null, null, null)] };
        ReportContent content = Made.Content(Made.Job(), Made.Job("sonnet")) with { Evaluations = [bare, new("sonnet")] };
        await using OpenPage page = await chromium.OpenAsync(File(content, []));
        Assert.Equal([["haiku", "sonnet", "188", "83.5 %", "0.641", "–", "–", "–"]], await page.TableAsync("against-table"));
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
        await using OpenPage page = await chromium.OpenAsync(File(Made.Content(Made.Job()) with { Evaluations = [many] }, []));
        string[][] matrix = await page.TableAsync("confusion-1");
        Assert.Equal(labels[270..], matrix.Select(static line => line[0]));
        Assert.All(matrix, static line => Assert.Equal(32, line.Length));
        Assert.Equal(["label 300", "299", "1"], [matrix[29][0], .. matrix[29][30..]]);
        string[][] scores = await page.TableAsync("labels-1");
        Assert.Equal(labels[100..], scores.Select(static line => line[0]));
        Assert.EndsWith(
            "of the 30 labels that most rows have; Measure-ClaudeBatchResult has all",
            await page.AskAsync<string>("document.querySelector('#confusion-1 caption').textContent"),
            StringComparison.Ordinal);
        page.AssertQuiet();
    }

    [Fact]
    public async Task The_button_changes_between_light_and_dark()
    {
        await using OpenPage page = await chromium.OpenAsync(Two(), isDark: true);
        const string background = "getComputedStyle(document.body).backgroundColor";
        string dark = await page.AskAsync<string>(background);
        await page.Page.ClickAsync("#theme");
        Assert.Equal("rgb(255, 255, 255)", await page.AskAsync<string>(background));
        await page.Page.ClickAsync("#theme");
        Assert.Equal(dark, await page.AskAsync<string>(background));
        Assert.NotEqual("rgb(255, 255, 255)", dark);
        page.AssertQuiet();
    }

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(400, false)]
    [InlineData(400, true)]
    public async Task Nothing_is_wider_than_the_page(int width, bool isDark)
    {
        await using OpenPage page = await (await chromium.OpenAsync(Two(), isDark, width)).WithRowsAsync();
        Assert.True(await page.AskAsync<int>("document.documentElement.scrollWidth") <= width);
        page.AssertQuiet();
        string folder = Path.Combine(Path.GetTempPath(), "claudebatch-report-pictures");
        Directory.CreateDirectory(folder);
        string picture = Path.Combine(folder, $"report-{width}-{(isDark ? "dark" : "light")}.png");
        await page.Page.ScreenshotAsync(picture, new PuppeteerSharp.ScreenshotOptions { FullPage = true });
        TestContext.Current.TestOutputHelper!.WriteLine(picture);
    }

    [Fact]
    public async Task It_prints_light_and_without_the_table_of_the_rows()
    {
        await using OpenPage page = await (await chromium.OpenAsync(Two(), isDark: true)).WithRowsAsync();
        await page.Page.EmulateMediaTypeAsync(PuppeteerSharp.Media.MediaType.Print);
        Assert.Equal("rgb(255, 255, 255)", await page.AskAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("none", await page.AskAsync<string>("getComputedStyle(document.getElementById('rows')).display"));
        byte[] printed = await page.Page.PdfDataAsync(new PuppeteerSharp.PdfOptions { PrintBackground = true });
        Assert.StartsWith("%PDF", System.Text.Encoding.Latin1.GetString(printed, 0, 8), StringComparison.Ordinal);
        page.AssertQuiet();
    }

    [Fact]
    public async Task A_hundred_thousand_rows_open_scroll_and_are_searched()
    {
        string path = One(Made.Rows(100_000, string.Concat(Enumerable.Repeat(" and more words", 12))));
        long begun = Stopwatch.GetTimestamp();
        await using OpenPage page = await (await chromium.OpenAsync(path)).WithRowsAsync();
        double ready = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        Assert.Equal("100,000 rows", await page.AskAsync<string>("document.getElementById('rows-count').textContent"));

        double[] frames = await page.AskAsync<double[]>(
            """
            (async () => {
              const holder = document.querySelector('.tabulator-tableholder');
              const frames = [];
              let last = await new Promise(requestAnimationFrame);
              for (let i = 0; i < 60; i++) {
                holder.scrollTop += i < 40 ? 700 : holder.scrollHeight / 20;
                const now = await new Promise(requestAnimationFrame);
                frames.push(now - last);
                last = now;
              }
              holder.scrollTop = holder.scrollHeight;
              await new Promise(requestAnimationFrame);
              await new Promise(requestAnimationFrame);
              return frames;
            })()
            """);
        Assert.Contains("row-100000", await page.ColumnAsync("id"));
        begun = Stopwatch.GetTimestamp();
        await page.Page.TypeAsync("#search", "parcel 99999?");
        Assert.Equal("1 of 100,000 rows", await page.CountAsync("100,000 rows"));
        double searched = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        page.AssertQuiet();
        // Measured and not asserted: other tests run meanwhile.
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{new FileInfo(path).Length / 1e6:0.0} MB; ready after {ready:0} ms; slowest frame of {frames.Length} while scrolling "
                + $"{frames.Max():0} ms, median {frames.Order().ElementAt(frames.Length / 2):0} ms; search {searched:0} ms"));
    }

    private string Two()
    {
        ReportContent content = Made.Content(Made.Job(), Made.Job("sonnet", "claude-sonnet-5")) with
        {
            Evaluations = [Made.Evaluation("haiku", 0.8, "sonnet"), Made.Evaluation("sonnet", 0.865, "haiku")],
        };
        return File(content, Made.Rows(60).Concat(Made.Rows(60).Select(static r => r with { Job = 1, Model = "claude-sonnet-5" })));
    }

    private string One(IEnumerable<RowOf> rows) => File(Made.Content(Made.Job()), rows);

    private string File(ReportContent content, IEnumerable<RowOf> rows)
    {
        string path = Made.File(content, rows);
        _files.Add(path);
        return path;
    }
}
