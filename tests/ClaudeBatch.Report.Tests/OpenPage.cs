using System.Collections.Concurrent;
using PuppeteerSharp;
using PuppeteerSharp.Media;

namespace ClaudeBatch.Report.Tests;

/// <summary>A report in the browser, and all that it says and asks for.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _said = new();

    private readonly ConcurrentQueue<string> _requests = new();

    private OpenPage(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>What the console has said, errors that nobody caught, and questions to the user.</summary>
    public IEnumerable<string> Said => _said;

    /// <summary>The addresses that were asked for, without that of the file itself.</summary>
    public IEnumerable<string> Requests => _requests;

    internal static async Task<OpenPage> OpenAsync(IBrowser browser, string path, bool isDark, int width, bool hasScripts, string? atStart)
    {
        OpenPage open = new(await browser.NewPageAsync());
        string address = new Uri(path).AbsoluteUri;
        open.Page.Console += (_, e) => open._said.Enqueue($"console {e.Message.Type}: {e.Message.Text}");
        open.Page.PageError += (_, e) => open._said.Enqueue($"error: {e.Message}");
        open.Page.Dialog += (_, e) =>
        {
            open._said.Enqueue($"dialog: {e.Dialog.Message}");
            _ = e.Dialog.Dismiss();
        };
        open.Page.Request += (_, e) =>
        {
            if (e.Request.Url != address)
            {
                open._requests.Enqueue(e.Request.Url);
            }
        };
        await open.Page.SetJavaScriptEnabledAsync(hasScripts);
        await open.Page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 900 });
        await open.Page.EmulateMediaFeaturesAsync(
            [new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = isDark ? "dark" : "light" }]);
        if (atStart is not null)
        {
            await open.Page.EvaluateExpressionOnNewDocumentAsync(atStart);
        }

        await open.Page.GoToAsync(address, new NavigationOptions { Timeout = 120_000 });
        return open;
    }

    /// <summary>Waits until the table of the rows is there.</summary>
    public async Task<OpenPage> WithRowsAsync()
    {
        try
        {
            await Page.WaitForSelectorAsync("html[data-ready=rows]", new WaitForSelectorOptions { Timeout = 60_000 });
        }
        catch (WaitTaskTimeoutException)
        {
            Assert.Fail($"There is no table of the rows. {string.Join('\n', Said)}");
        }

        return this;
    }

    public Task<T> AskAsync<T>(string expression) => Page.EvaluateExpressionAsync<T>(expression);

    /// <summary>The cells of a table of the page, line by line, without its heading.</summary>
    public Task<string[][]> TableAsync(string id) => AskAsync<string[][]>(
        $"[...document.querySelectorAll('#{id} tbody tr')].map(r => [...r.cells].map(c => c.textContent.trim()))");

    /// <summary>The texts of a column in the rows that are drawn.</summary>
    public Task<string[]> ColumnAsync(string field) => AskAsync<string[]>(
        $"[...document.querySelectorAll('.tabulator-row .tabulator-cell[tabulator-field=\"{field}\"]')].map(c => c.textContent)");

    /// <summary>What is said of the number of rows, once it has changed.</summary>
    public async Task<string> CountAsync(string before)
    {
        await Page.WaitForFunctionAsync("before => document.getElementById('rows-count').textContent !== before", before);
        return await AskAsync<string>("document.getElementById('rows-count').textContent");
    }

    /// <summary>Says that nothing was said and nothing was asked for.</summary>
    public void AssertQuiet()
    {
        Assert.Empty(Said);
        Assert.Empty(Requests);
    }

    public async ValueTask DisposeAsync() => await Page.DisposeAsync();
}
