using System.Diagnostics;
using System.Globalization;

namespace ClaudeBatch.Report.Tests;

/// <summary>What a person finds on the page, in a browser.</summary>
public sealed class PageTests(Chromium chromium) : ReportPages(chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_section_has_its_figures_with_scripts_and_without(bool hasScripts)
    {
        await using OpenPage page = await Chromium.OpenAsync(Two(), hasScripts: hasScripts);
        Assert.Equal("Labels of November", await page.AskAsync<string>("document.title"));
        Assert.Equal(
            ["summary", "side-by-side", "evaluation", "outcomes", "failures", "costs", "timeline", "attempts", "rows"],
            await page.AskAsync<string[]>("[...document.querySelectorAll('section')].map(s => s.id)"));
        Assert.Equal(
            "Job 'haiku' has ended: 1,201 of 1,234 answered.", await page.AskAsync<string>("document.querySelector('.sentence').textContent"));
        string[][] jobs = await page.TableAsync("jobs");
        Assert.Contains(["Requests", "1,234", "1,234"], jobs);
        Assert.Contains(["Cost", "$1.235", "$1.235"], jobs);
        Assert.Contains(["haiku", "Complete", "1,184", "95.95 %"], await page.TableAsync("outcomes-table"));
        Assert.Contains(
            ["sonnet", "overloaded_error", "The same request may work the next time.", "19", "row-7 Overloaded."],
            await page.TableAsync("failures-table"));
        Assert.Contains(
            ["haiku", "claude-haiku-4-5", "1,201", "111,111", "2,222", "33,333", "44,444", "5", "$1.235", "$2.469", "$1.235", "$0.055"],
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
            ["haiku", "200", "160", "80.00 %", "75.00 %", "84.00 %", "0.812", "0.823", "10", "4", "5", "$0.50", "$0.003125"],
            await page.TableAsync("accuracy-table"));
        Assert.Contains(["<i>bug</i>", "0.710", "–", "0.750", "80"], await page.TableAsync("labels-1"));
        Assert.Equal([["billing", "110", "6", "4", ""], ["<i>bug</i>", "17", "57", "", "6"]], await page.TableAsync("confusion-1"));
        Assert.Equal(
            ["Expected", "billing", "<i>bug</i>", "(no label)", "(no answer)"],
            await page.AskAsync<string[]>("[...document.querySelectorAll('#confusion-1 thead th')].map(c => c.textContent)"));
        Assert.Equal(
            ["110", "57"], await page.AskAsync<string[]>("[...document.querySelectorAll('#confusion-1 td.right')].map(c => c.textContent)"));
        Assert.Contains(["haiku", "sonnet", "188", "83.50 %", "0.641", "21", "8", "0.012"], await page.TableAsync("against-table"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task Each_chart_is_drawn_and_says_what_it_is()
    {
        await using OpenPage page = await (await Chromium.OpenAsync(Two())).WithRowsAsync();
        string[] drawn = await page.AskAsync<string[]>(
            "[...document.querySelectorAll('.chart')].filter(c => !c.hidden && c.querySelectorAll('svg path').length > 3 && c.ariaLabel).map(c => c.id)");
        Assert.Equal(
            [
                "chart-jobs", "chart-accuracy", "chart-outcomes", "chart-failures", "chart-costs", "chart-answers", "chart-timeline",
                "chart-attempts",
            ],
            drawn);
        page.AssertQuiet();
    }

    [Fact]
    public async Task The_button_changes_between_light_and_dark()
    {
        await using OpenPage page = await Chromium.OpenAsync(Two(), isDark: true);
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
        await using OpenPage page = await (await Chromium.OpenAsync(Two(), isDark, width)).WithRowsAsync();
        Assert.True(await page.AskAsync<int>("document.documentElement.scrollWidth") <= width);
        page.AssertQuiet();
        string folder = Path.Combine(Path.GetTempPath(), "claudebatch-report-pictures");
        Directory.CreateDirectory(folder);
        string picture = Path.Combine(folder, $"report-{width}-{(isDark ? "dark" : "light")}.png");
        await page.Page.ScreenshotAsync(picture, new PuppeteerSharp.ScreenshotOptions { FullPage = true });
        TestContext.Current.TestOutputHelper!.WriteLine(picture);
    }

    [Fact]
    public async Task A_hundred_thousand_rows_open_scroll_and_are_searched()
    {
        string path = One(Made.Rows(100_000, string.Concat(Enumerable.Repeat(" and more words", 12))));
        await using OpenPage page = await (await Chromium.OpenAsync(path)).WithRowsAsync();
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
        double[] ready = await page.AskAsync<double[]>("performance.getEntriesByType('mark').map(m => m.startTime)");
        long begun = Stopwatch.GetTimestamp();
        await page.Page.TypeAsync("#search", "parcel 99999?");
        Assert.Equal("1 of 100,000 rows", await page.CountAsync("100,000 rows"));
        double searched = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        page.AssertQuiet();
        // Measured and not asserted: other tests run meanwhile.
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{new FileInfo(path).Length / 1e6:0.0} MB; a table of the first rows after {ready[0]:0} ms, of all after {ready[1]:0} ms; slowest frame "
                + $"of {frames.Length} while scrolling {frames.Max():0} ms, median {frames.Order().ElementAt(frames.Length / 2):0} ms; search {searched:0} ms"));
    }
}
