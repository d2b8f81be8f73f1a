namespace ClaudeBatch.Report.Tests;

/// <summary>What comes out of a printer.</summary>
public sealed class PrintTests(Chromium chromium) : ReportPages(chromium)
{
    [Fact]
    public async Task It_prints_light_and_without_the_table_of_the_rows()
    {
        await using OpenPage page = await (await Chromium.OpenAsync(Two(), isDark: true)).WithRowsAsync();
        await page.Page.EmulateMediaTypeAsync(PuppeteerSharp.Media.MediaType.Print);
        Assert.Equal("rgb(255, 255, 255)", await page.AskAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("none", await page.AskAsync<string>("getComputedStyle(document.getElementById('rows')).display"));
        byte[] printed = await page.Page.PdfDataAsync(new PuppeteerSharp.PdfOptions { PrintBackground = true });
        Assert.StartsWith("%PDF", System.Text.Encoding.Latin1.GetString(printed, 0, 8), StringComparison.Ordinal);
        page.AssertQuiet();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task Charts_fill_the_paper_whatever_the_window_was_and_are_as_before_afterwards(int width)
    {
        await using OpenPage page = await Chromium.OpenAsync(Two(), width: width);
        const string widths = "[...document.querySelectorAll('.chart')].map(c => c.querySelector('svg').getBoundingClientRect().width / c.clientWidth)";
        await page.Page.EmulateMediaTypeAsync(PuppeteerSharp.Media.MediaType.Print);
        await page.Page.SetViewportAsync(new PuppeteerSharp.ViewPortOptions { Width = 718, Height = 1_000 });
        Assert.All(await page.AskAsync<double[]>(widths), static w => Assert.Equal(1, w, 0.01));
        // What is drawn is scaled with it.
        string[] drawn = await page.AskAsync<string[]>("[...document.querySelectorAll('.chart svg')].map(s => s.getAttribute('viewBox').split(' ')[2])");
        Assert.All(drawn, static w => Assert.Equal("820", w));

        await page.Page.SetViewportAsync(new PuppeteerSharp.ViewPortOptions { Width = width, Height = 900 });
        await page.Page.EmulateMediaTypeAsync(PuppeteerSharp.Media.MediaType.Screen);
        await page.Page.WaitForFunctionAsync("() => document.querySelector('.chart svg').getAttribute('viewBox').split(' ')[2] !== '820'");
        Assert.All(await page.AskAsync<double[]>(widths), static w => Assert.Equal(1, w, 0.01));
        page.AssertQuiet();
    }

    [Fact]
    public async Task Tables_fit_the_paper_in_letters_as_large_as_their_captions_and_what_does_not_fit_is_said()
    {
        string[] labels = [.. Enumerable.Range(1, 40).Select(static i => $"label_{i}")];
        ReportEvaluation many = Made.Evaluation("haiku", 0.8, "sonnet") with
        {
            Labels = [.. labels.Select(static label => new ReportLabel(label, 1, 1, 1, 2))],
            Confusion = [.. labels.Select(static label => new ReportConfusion(label, "label_1", IsUnanswered: false, 2))],
        };
        ReportContent content = Made.Content(Made.Job(), Made.Job("sonnet")) with { Evaluations = [many, Made.Evaluation("sonnet", 0.865, "haiku")] };
        await using OpenPage page = await Chromium.OpenAsync(File(content, []));
        await page.AskAsync<object>("document.querySelectorAll('details').forEach(d => d.open = true)");
        await page.Page.EmulateMediaTypeAsync(PuppeteerSharp.Media.MediaType.Print);
        await page.Page.SetViewportAsync(new PuppeteerSharp.ViewPortOptions { Width = 718, Height = 1_000 });
        Assert.Empty(await page.AskAsync<string[]>(
            "[...document.querySelectorAll('table')].filter(t => t.offsetParent && t.getBoundingClientRect().right > innerWidth).map(t => t.id)"));
        const string size = "parseFloat(getComputedStyle(document.querySelector('{0}')).fontSize)";
        double table = await page.AskAsync<double>(size.Replace("{0}", "#mistakes-1 td", StringComparison.Ordinal));
        double caption = await page.AskAsync<double>(size.Replace("{0}", "#mistakes-1-caption", StringComparison.Ordinal));
        Assert.InRange(table / caption, 0.9, 1.1);
        Assert.False(await page.AskAsync<bool>("document.getElementById('confusion-1').checkVisibility()"));
        Assert.True(await page.AskAsync<bool>("document.querySelector('.printed').checkVisibility()"));
        Assert.True(await page.AskAsync<bool>("document.getElementById('confusion-2').checkVisibility()"));
        page.AssertQuiet();
    }
}
