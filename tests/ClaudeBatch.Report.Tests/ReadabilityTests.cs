using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Report.Tests;

/// <summary>What somebody needs to see, and what once was cut, overlapped or left out.</summary>
public sealed class ReadabilityTests(Chromium chromium) : ReportPages(chromium)
{
    // Of texts that stand in one line of a chart, those that reach into the next.
    private const string Overlaps =
        """
        [...document.querySelectorAll('.chart')].flatMap(chart => {
          const boxes = [...chart.querySelectorAll('text')].map(t => [t.getBoundingClientRect(), t.textContent]).filter(([b]) => b.width > 0);
          return boxes.flatMap(([a, one], i) => boxes.slice(i + 1)
            .filter(([b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2)
            .map(([, other]) => `${chart.id}: ${one} and ${other}`));
        })
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rehearsal_says_that_it_is_one_with_scripts_and_without(bool hasScripts)
    {
        await using OpenPage page = await Chromium.OpenAsync(File(Made.Content(Made.Job()) with { IsRehearsal = true }, []), hasScripts: hasScripts);
        Assert.Equal(
            "Made on the emulator: answers, costs and times are not real.", await page.AskAsync<string>("document.getElementById('rehearsal').innerText"));
        await using OpenPage real = await Chromium.OpenAsync(File(Made.Content(Made.Job()), []), hasScripts: hasScripts);
        Assert.False(await real.AskAsync<bool>("document.body.innerText.includes('emulator')"));
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task Nothing_in_a_chart_overlaps_and_no_name_loses_its_end(int width)
    {
        ReportJob one = Made.Job("tickets-of-november-with-the-long-prompt-haiku");
        ReportJob two = Made.Job("tickets-of-november-with-the-long-prompt-sonnet", "claude-sonnet-5");
        ReportContent content = Made.Content(Large(one), Large(two)) with
        {
            Evaluations = [Made.Evaluation(one.Name, 0.8, two.Name), Made.Evaluation(two.Name, 0.9, one.Name)],
        };
        await using OpenPage page = await Chromium.OpenAsync(File(content, []), width: width);
        Assert.Empty(await page.AskAsync<string[]>(Overlaps));
        string names = string.Concat(await page.AskAsync<string[]>("[...document.querySelectorAll('#chart-accuracy text')].map(t => t.textContent)"));
        Assert.Contains("haiku", names, StringComparison.Ordinal);
        Assert.Contains("sonnet", names, StringComparison.Ordinal);
        // A legend has no pages to turn, and what is drawn has most of the width.
        string[] texts = await page.AskAsync<string[]>("[...document.querySelectorAll('.chart text')].map(t => t.textContent)");
        Assert.DoesNotContain(texts, static t => t is "1/2" or "1/3");
        Assert.True(await page.AskAsync<double>(
            "(c => Math.max(...[...c.querySelectorAll('path[fill]')].map(p => p.getBoundingClientRect().right)) - c.getBoundingClientRect().left)"
                + "(document.getElementById('chart-outcomes'))") > width * 0.6);
        page.AssertQuiet();
    }

    [Fact]
    public async Task Requests_are_counted_whole_and_jobs_that_ran_weeks_apart_each_begin_at_nothing()
    {
        ReportJob job = Made.Job();
        job = job with { Failures = [job.Failures[0] with { Count = 1 }] };
        ReportJob later = Made.Job("sonnet");
        PartFigures[] parts =
        [
            .. later.Figures.Parts.Select(static p => p with
            {
                SealedAt = p.SealedAt?.AddDays(40), CreatedAt = p.CreatedAt?.AddDays(40), EndedAt = p.EndedAt?.AddDays(40), CollectedAt = p.CollectedAt?.AddDays(40),
            }),
        ];
        later = later with { Failures = [], Figures = later.Figures with { Parts = parts } };
        await using OpenPage page = await Chromium.OpenAsync(File(Made.Content(job, later), []));
        string[] failures = await page.AskAsync<string[]>("[...document.querySelectorAll('#chart-failures text')].map(t => t.textContent)");
        Assert.Equal(["0", "1"], failures.Where(static t => double.TryParse(t, out _)).Distinct());
        string[] timeline = await page.AskAsync<string[]>("[...document.querySelectorAll('#chart-timeline text')].map(t => t.textContent)");
        Assert.Contains("Minutes since each job was sealed", timeline);
        page.AssertQuiet();
    }

    [Fact]
    public async Task A_chart_that_had_no_room_for_a_moment_is_drawn_anew()
    {
        await using OpenPage page = await Chromium.OpenAsync(Two(), width: 40);
        const string drawn = "Number(document.querySelector('#chart-outcomes svg').getAttribute('width'))";
        Assert.Equal(240, await page.AskAsync<double>(drawn));
        await page.Page.SetViewportAsync(new PuppeteerSharp.ViewPortOptions { Width = 1280, Height = 900 });
        await page.Page.WaitForFunctionAsync($"() => {drawn} > 1000");
        page.AssertQuiet();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task What_a_table_is_called_is_never_cut_and_two_jobs_fit_a_screen(int width)
    {
        await using OpenPage page = await Chromium.OpenAsync(Two(), width: width);
        Assert.Empty(await page.AskAsync<string[]>(
            "[...document.querySelectorAll('figcaption, summary')]"
                + ".filter(c => c.scrollWidth > c.clientWidth || c.getBoundingClientRect().right > innerWidth).map(c => c.id)"));
        if (width == 1280)
        {
            Assert.Empty(await page.AskAsync<string[]>(
                "[...document.querySelectorAll('.scroll')].filter(s => s.scrollWidth > s.clientWidth).map(s => s.querySelector('table').id)"));
        }

        page.AssertQuiet();
    }

    private static ReportJob Large(ReportJob job) => job with
    {
        Figures = job.Figures with
        {
            Report = job.Figures.Report with { Totals = job.Figures.Report.Totals with { Requests = 20_006, Succeeded = 19_973 } },
        },
    };
}
