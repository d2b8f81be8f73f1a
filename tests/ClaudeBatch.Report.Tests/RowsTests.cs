namespace ClaudeBatch.Report.Tests;

/// <summary>The table of the rows.</summary>
public sealed class RowsTests(Chromium chromium) : ReportPages(chromium)
{
    [Fact]
    public async Task Rows_are_searched_filtered_and_sorted()
    {
        await using OpenPage page = await (await Chromium.OpenAsync(One(Made.Rows(500)))).WithRowsAsync();
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
        await using OpenPage page = await (await Chromium.OpenAsync(One(Made.Rows(20)))).WithRowsAsync();
        await page.Page.ClickAsync(".tabulator-row:nth-child(2)");
        string[] lines = await page.AskAsync<string[]>("[...document.querySelectorAll('dialog dd')].map(d => d.textContent)");
        Assert.Equal(
            [
                "row-2", "haiku", "Complete", "billing", "shipping", "wrong", "Answer 2: the parcel of customer 14 is on its way.", "18", "Where is my parcel 2?",
                "claude-haiku-4-5", "1", "$0.000020",
            ],
            lines);
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.WaitForFunctionAsync("() => !document.querySelector('dialog').open");
        await page.Page.FocusAsync(".tabulator-row:nth-child(3) button");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.WaitForFunctionAsync("() => document.querySelector('dialog').open");
        Assert.Equal("row-3", await page.AskAsync<string>("document.querySelector('dialog dd').textContent"));
        page.AssertQuiet();
    }

    // The table is there before all rows are read, and what it is like then follows from the first of them.
    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task What_only_late_rows_have_is_a_column_too_and_what_was_sorted_and_searched_meanwhile_stays_so(int width)
    {
        RowOf late = Made.Rows(1).Single() with
        {
            Id = "late", Outcome = "Errored", Text = null, Reason = "overloaded_error", Source = """{"Number":5,"Body":"Is it late?","Late":true}""",
        };
        await using OpenPage page = await Chromium.OpenAsync(
            One([.. Made.Rows(3_000).Select(static r => r with { Outcome = "Complete", Reason = null }), late]),
            width: width,
            atStart: Meanwhile(
                """
                const search = document.getElementById('search');
                search.value = 'parcel';
                search.dispatchEvent(new Event('input'));
                document.querySelector('.tabulator-col[tabulator-field=c0] button').click();
                document.querySelector('.tabulator-tableholder').scrollTop = 20000;
                """));
        await page.WithRowsAsync();
        Assert.EndsWith(" rows so far", await page.AskAsync<string>("window.firstCount"), StringComparison.Ordinal);
        Assert.Equal("3,000 of 3,001 rows", await page.CountAsync("3,001 rows"));
        Assert.Equal(
            ["Reason", "Late"],
            await page.AskAsync<string[]>(
                "[...document.querySelectorAll('.tabulator-col')].map(c => c.textContent.trim()).filter(t => t === 'Reason' || t === 'Late')"));
        Assert.Equal(1, await page.AskAsync<int>("document.querySelectorAll('.tabulator-col[aria-sort=ascending]').length"));
        Assert.NotEmpty(await page.ColumnAsync("id"));
        Assert.True(await page.AskAsync<bool>("document.querySelector('.tabulator').scrollWidth <= document.querySelector('#rows').clientWidth"));
        await page.AskAsync<object>("document.querySelector('.tabulator-tableholder').scrollTop = 0");
        await page.Page.WaitForFunctionAsync(
            "() => document.querySelector('.tabulator-row .tabulator-cell[tabulator-field=id]')?.textContent === 'row-3000'");
        await page.AskAsync<object>(
            "document.getElementById('search').value = 'true'; document.getElementById('search').dispatchEvent(new Event('input'))");
        Assert.Equal("1 of 3,001 rows", await page.CountAsync("3,000 of 3,001 rows"));
        Assert.Equal(["late"], await page.ColumnAsync("id"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task A_row_that_has_the_focus_keeps_it_when_the_others_come()
    {
        await using OpenPage page = await Chromium.OpenAsync(
            One(Made.Rows(3_000)), atStart: Meanwhile("document.querySelector('.tabulator-row:nth-child(3) button').focus()"));
        await page.WithRowsAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("row-3", await page.AskAsync<string>("document.querySelector('dialog[open] dd').textContent"));
        page.AssertQuiet();
    }

    [Theory]
    [InlineData(0.7)]
    [InlineData(0.999)]
    public async Task A_page_whose_end_is_missing_says_so_and_shows_what_it_has(double left)
    {
        string path = One(Made.Rows(3_000));
        byte[] whole = await System.IO.File.ReadAllBytesAsync(path);
        int rows = whole.AsSpan().IndexOf("class=rows>"u8);
        await System.IO.File.WriteAllBytesAsync(path, whole[..(rows + (int)((whole.Length - rows) * left))]);
        await using OpenPage page = await (await Chromium.OpenAsync(path)).WithRowsAsync();
        Assert.False(await page.AskAsync<bool>("document.getElementById('rows-note').hidden"));
        Assert.StartsWith("This page is not whole", await page.AskAsync<string>("document.getElementById('rows-note').innerText"), StringComparison.Ordinal);
        Assert.Equal("row-1", (await page.ColumnAsync("id"))[0]);
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
        await using OpenPage page = await (await Chromium.OpenAsync(One([.. Made.Rows(20), called]))).WithRowsAsync();
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
    public async Task A_variant_has_its_column_and_its_filter_and_ids_that_begin_alike_are_told_apart()
    {
        string[] names = ["short", "long"];
        IEnumerable<RowOf> rows = Made.Rows(30).SelectMany(r => names.Select(n => r with { Id = $"{new string('r', 50)}-{r.Id}_{n}", Variant = n }));
        await using OpenPage page = await (await Chromium.OpenAsync(One(rows))).WithRowsAsync();
        Assert.Equal(["short", "long", "short"], (await page.ColumnAsync("variant"))[..3]);
        string[] ids = await page.ColumnAsync("id");
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.EndsWith("row-1_short", ids[0], StringComparison.Ordinal);
        Assert.True(await page.AskAsync<bool>("(d => d.scrollHeight <= d.clientHeight)(document.querySelector('.tabulator-cell[tabulator-field=id] div'))"));
        await page.Page.SelectAsync("#filter-variant", "=long");
        Assert.Equal("30 of 60 rows", await page.CountAsync("60 rows"));
        await page.Page.ClickAsync(".tabulator-row");
        Assert.Equal($"{new string('r', 50)}-row-1_long", await page.AskAsync<string>("document.querySelector('dialog dd').textContent"));
        Assert.Contains("long", await page.AskAsync<string[]>("[...document.querySelectorAll('dialog dd')].map(d => d.textContent)"));
        page.AssertQuiet();
    }

    [Theory]
    [InlineData(1280, new[] { "#", "Right", "Id", "Expected", "Label", "Message", "Outcome", "Answer", "Attempt", "Cost" })]
    [InlineData(400, new[] { "#", "Right", "Expected", "Label" })]
    public async Task What_matters_of_a_row_is_seen_whole(int width, string[] columns)
    {
        string[] labels = ["balance_not_updated_after_cheque_or_cash", "balance_not_updated_after_bank_transfer"];
        IEnumerable<RowOf> rows = Enumerable.Range(0, 40).Select(i => new RowOf
        {
            Id = $"row-{i}",
            Expected = labels[0],
            Actual = labels[i % 2],
            Text = System.Text.Json.JsonSerializer.Serialize($$"""{"label":"{{labels[i % 2]}}"}"""),
            Cost = 0.5m,
            Source = $$"""{"Label":"{{labels[0]}}","Message":"I have waited for my money for {{i}} days, and nobody tells me where it is."}""",
        });
        await using OpenPage page = await (await Chromium.OpenAsync(One(rows), width: width)).WithRowsAsync();
        Assert.Equal(
            columns,
            await page.AskAsync<string[]>("[...document.querySelectorAll('.tabulator-col')].filter(c => c.offsetParent).map(c => c.innerText.trim())"));
        // No heading and no label is cut.
        Assert.Empty(await page.AskAsync<string[]>(
            "[...document.querySelectorAll('.tabulator-col button')].filter(b => b.offsetParent && b.scrollWidth > b.clientWidth + 1).map(b => b.textContent)"));
        Assert.Empty(await page.AskAsync<string[]>(
            "[...document.querySelectorAll('[tabulator-field=actual] div')].filter(d => d.scrollHeight > d.clientHeight).map(d => d.textContent)"));
        Assert.Equal(["✓", "✗", "✓"], (await page.ColumnAsync("right"))[..3]);
        Assert.NotEqual(
            await page.AskAsync<string>("getComputedStyle(document.querySelector('.tabulator-cell .right')).color"),
            await page.AskAsync<string>("getComputedStyle(document.querySelector('.tabulator-cell .wrong')).color"));
        page.AssertQuiet();
    }

    [Fact]
    public async Task On_a_telephone_an_opened_row_can_be_closed_and_no_rows_are_said_to_be_none()
    {
        string text = System.Text.Json.JsonSerializer.Serialize(new string('x', 480));
        await using OpenPage page = await (await Chromium.OpenAsync(One(Made.Rows(20).Select(r => r with { Text = text })), width: 400)).WithRowsAsync();
        await page.Page.SetViewportAsync(new PuppeteerSharp.ViewPortOptions { Width = 400, Height = 500 });
        await page.AskAsync<object>("document.querySelector('.tabulator-row').click()");
        Assert.True(await page.AskAsync<bool>("(b => b.top > 0 && b.bottom < innerHeight)(document.querySelector('dialog > button').getBoundingClientRect())"));
        await page.Page.ClickAsync("dialog > button");
        await page.Page.TypeAsync("#search", "nowhere");
        Assert.Equal("0 of 20 rows", await page.CountAsync("20 rows"));
        Assert.True(await page.AskAsync<bool>(
            "(b => b.width > 0 && b.left > 0 && b.right < innerWidth)(document.querySelector('.tabulator-placeholder-contents').getBoundingClientRect())"));
        page.AssertQuiet();
    }

    // Does something when the first rows are a table, and others are still to come.
    private static string Meanwhile(string script) =>
        $$"""
        new MutationObserver((_, seen) => {
          if (document.querySelector('#filters:not([hidden])') && document.querySelector('.tabulator-row button')) {
            seen.disconnect();
            window.firstCount = document.getElementById('rows-count').textContent;
            {{script}}
          }
        }).observe(document, { childList: true, subtree: true, attributes: true });
        """;
}
