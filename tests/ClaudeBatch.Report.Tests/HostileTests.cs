using System.Text.Json;

namespace ClaudeBatch.Report.Tests;

/// <summary>Nothing that stands in answers or rows runs, ends what it stands in, or reaches what stands around it.</summary>
public sealed class HostileTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private static readonly string[] s_hostile =
    [
        "<script>console.log('ran')</script>",
        "</script><script>alert('ran')</script>",
        "</SCRIPT ><img src=x onerror=console.log('ran')>",
        "<!-- <script> unfinished",
        "--> ]]> <![CDATA[ <svg onload=alert(1)>",
        "<a href=\"javascript:alert('ran')\" onclick=alert(1)>click</a>",
        "<iframe src=\"https://example.invalid/\"></iframe><link rel=stylesheet href=https://example.invalid/a.css>",
        "<style>*{display:none}</style><base href=https://example.invalid/><meta http-equiv=refresh content=0>",
        "**bold** [link](javascript:alert(1)) ![picture](https://example.invalid/p.png)\n# heading",
        "\u202Eright to left\u202C and \u2067isolated",
        "שלום עולם, مرحبا",
        "a\u2028b\u2029c\u0085d\u0000e\u001bf",
        "'\"`&amp;&lt;${alert(1)}{{constructor}}",
        "__proto__",
    ];

    private readonly List<string> _files = [];

    public void Dispose() => _files.ForEach(File.Delete);

    [Fact]
    public async Task Answers_rows_names_and_reasons_are_text_and_the_console_stays_empty()
    {
        ReportJob job = Made.Job() with
        {
            Failures = [.. s_hostile.Select(static h => new ReportFailure(h, HasAnswer: false, default, 1, [new ReportSample(h, h + "\ud800")]))],
            Note = s_hostile[1],
        };
        job = job with { Figures = job.Figures with { Sentence = s_hostile[1], Models = [.. job.Figures.Models.Select(static m => m with { Model = s_hostile[2] })] } };
        ReportContent content = Made.Content(job) with { Title = s_hostile[1] };
        RowOf[] rows =
        [
            .. s_hostile.Select(static h => new RowOf
            {
                Id = h,
                Outcome = "Errored",
                Reason = h,
                Model = h,
                Expected = h,
                Actual = h,
                Text = Raw(h),
                Source = $$"""{{{Raw(h)}}:{{Raw(h)}},"nested":[{{Raw(h)}},{"a":{{Raw(h)}}}]}""",
            }),
        ];
        await using OpenPage page = await OpenAsync(content, rows);
        Assert.Equal(s_hostile[1], await page.AskAsync<string>("document.title"));
        Assert.Equal(5, await page.AskAsync<int>("document.scripts.length - document.querySelectorAll('script[type]').length"));
        Assert.Equal(0, await page.AskAsync<int>("document.querySelectorAll('img, iframe, a:not(nav a), base, style ~ style, form, object, embed').length"));
        string[] shown = await page.ColumnAsync("text");
        Assert.Equal(s_hostile, shown);

        // Each is opened, filtered by and searched for, which are other ways into the page.
        for (int i = 0; i < s_hostile.Length; i++)
        {
            await page.Page.EvaluateFunctionAsync("i => document.querySelectorAll('.tabulator-row')[i].click()", i);
            Assert.Contains(
                s_hostile[i], await page.AskAsync<string[]>("[...document.querySelectorAll('dialog dd')].map(d => d.textContent)"));
            await page.Page.Keyboard.PressAsync("Escape");
        }

        string[] choices = await page.AskAsync<string[]>("[...document.getElementById('filter-expected').options].map(o => o.value)");
        Assert.Equal(s_hostile.Length + 1, choices.Length);
        // The tooltips of the charts have names in them, too.
        await page.AskAsync<object>("document.getElementById('chart-failures').scrollIntoView()");
        await page.Page.HoverAsync("#chart-failures svg");
        page.AssertQuiet();
    }

    [Fact]
    public async Task Text_of_a_megabyte_is_cut_and_half_a_pair_is_no_text()
    {
        string[] texts =
        [
            Raw(new string('x', 1_000_000)),
            Raw(string.Concat(Enumerable.Repeat("<script>", 130_000))),
            Raw(string.Concat(Enumerable.Repeat("\U0001F600", 600))),
            $"\"{string.Concat(Enumerable.Repeat("\\ud83d\\ude00", 600))}\"",
            $"\"{string.Concat(Enumerable.Repeat("\\n", 600))}\"",
            $"\"{new string('y', 499)}\\u00e9z\"",
            "\"half \\ud800 of a pair\"",
        ];
        await using OpenPage page = await OpenAsync(
            Made.Content(Made.Job()), texts.Select(static t => new RowOf { Text = t, Source = $$"""{"Body":{{t}}}""" }));
        List<string> shown = [];
        for (int i = 0; i < texts.Length; i++)
        {
            await page.Page.EvaluateFunctionAsync("i => document.querySelectorAll('.tabulator-row')[i].click()", i);
            shown.Add(await page.AskAsync<string>(
                "(words => `${words.length} ${words.slice(-4, -1).join('')} ${new TextDecoder().decode(new TextEncoder().encode(words.slice(0, 6).join('')))}`)"
                    + "([...[...document.querySelectorAll('dialog dt')].find(d => d.textContent === 'Answer').nextSibling.textContent])"));
            await page.Page.Keyboard.PressAsync("Escape");
        }

        Assert.Equal(
            [
                "501 xxx xxxxxx", "501 scr <scrip", "501 \U0001F600\U0001F600\U0001F600 \U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600",
                "501 \U0001F600\U0001F600\U0001F600 \U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600", "501 \n\n\n \n\n\n\n\n\n", "501 yyé yyyyyy",
                "16 pai half \ufffd",
            ],
            shown);
        page.AssertQuiet();
    }

    private static string Raw(string text) => JsonSerializer.Serialize(text, s_relaxed);

    // As a service writes it: nothing is escaped that JSON does not ask for.
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task<OpenPage> OpenAsync(ReportContent content, IEnumerable<RowOf> rows)
    {
        string path = Made.File(content, rows);
        _files.Add(path);
        return await (await chromium.OpenAsync(path)).WithRowsAsync();
    }
}
