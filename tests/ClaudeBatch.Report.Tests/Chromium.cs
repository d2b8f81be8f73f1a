using PuppeteerSharp;

namespace ClaudeBatch.Report.Tests;

/// <summary>The machine's own Chromium, once for all tests. Nothing is downloaded.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Find() is { } path)
        {
            _browser = await Puppeteer.LaunchAsync(new LaunchOptions
            {
                ExecutablePath = path,
                // The sandbox needs what containers seldom give; the page is ours, and its own policy is what is tested.
                Args =
                [
                    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                ],
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    /// <summary>Opens a page of its own; skips the test where there is no browser. A script at the start runs before those of the page.</summary>
    public async Task<OpenPage> OpenAsync(string path, bool isDark = false, int width = 1280, bool hasScripts = true, string? atStart = null)
    {
        Assert.SkipWhen(_browser is null, "There is no Chromium on the path; CLAUDEBATCH_CHROMIUM names another one.");
        return await OpenPage.OpenAsync(_browser, path, isDark, width, hasScripts, atStart);
    }

    private static string? Find() => Environment.GetEnvironmentVariable("CLAUDEBATCH_CHROMIUM") is { Length: > 0 } given ? given
        : (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
            .SelectMany(static folder => s_names.Select(name => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name)))
            .FirstOrDefault(File.Exists);
}
