using System.Management.Automation.Language;
using ClaudeBatch.Core;

namespace ClaudeBatch.Scheduling;

/// <summary>The command that a schedule has a shell run: nothing of it depends on the user's profile, path or variables.</summary>
internal static class StepCommand
{
    /// <summary>The arguments with which a shell runs a script of the user's.</summary>
    public static string[] OfScript(string path) => ["-NoProfile", "-NonInteractive", "-File", path];

    /// <summary>The arguments with which a shell takes one step on the ledger of a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="origin">From where the key comes; null for the environment.</param>
    public static string[] OfConnection(ClaudeBatchConnection connection, KeyOrigin? origin)
    {
        List<string> connect = ["Connect-ClaudeBatch"];
        Add("-Emulator", connection.IsEmulator ? [] : null);
        foreach ((string name, string? value) in (connection.On?.Parameters.Parameters ?? []).Concat(origin?.Parameters ?? []))
        {
            Add(name, value is null ? [] : [value]);
        }

        Add("-LedgerPath", connection.LedgerPath);
        Add("-BaseUri", connection.IsEmulator ? null : connection.BaseUri!.AbsoluteUri);
        Add("-WorkspaceId", connection.WorkspaceId);
        Add("-ApiVersion", connection.ApiVersion);
        Add("-Beta", connection.Beta.Length > 0 ? connection.Beta : null);
        string command = $"Import-Module {Literal(ModulePath())}; {string.Join(' ', connect)}; Resume-ClaudeBatch -Exit";
        return ["-NoProfile", "-NonInteractive", "-Command", command];

        void Add(string name, params string?[]? values)
        {
            if (values is not null && values.All(static v => v is not null))
            {
                connect.Add(values.Length == 0 ? name : $"{name} {string.Join(',', values.Select(static v => Literal(v!)))}");
            }
        }
    }

    /// <summary>The full path of the shell that runs this.</summary>
    /// <exception cref="ClaudeBatchException"><c>ScheduleShellMissing</c>.</exception>
    public static string ShellPath(string home)
    {
        string name = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        string running = Environment.ProcessPath ?? string.Empty;
        string beside = Path.Combine(home, name);
        return Path.GetFileName(running).Equals(name, StringComparison.OrdinalIgnoreCase) ? running
            : File.Exists(beside) ? beside
            : throw new ClaudeBatchException(
                FailureKind.NotFound, "ScheduleShellMissing", $"There is no '{beside}' for a schedule to run. Register it from a pwsh.")
            { Target = beside };
    }

    private static string ModulePath()
    {
        const string manifest = "ClaudeBatch.psd1";
        string? folder = Path.GetDirectoryName(typeof(StepCommand).Assembly.Location);
        while (folder is not null && !File.Exists(Path.Combine(folder, manifest)))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? string.Empty, manifest);
    }

    private static string Literal(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
