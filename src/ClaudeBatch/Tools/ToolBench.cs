using System.Globalization;
using System.Management.Automation;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Tools;

/// <summary>Runs the calls of a job's answers on the thread of the pipeline, with the commands that the line names.</summary>
/// <param name="tools">The commands.</param>
/// <param name="runner">Runs a call.</param>
/// <param name="repeatable">The tools whose calls may run again where nobody knows what became of them.</param>
/// <param name="confirm">Asks the user about a call; null where the user is not asked.</param>
internal sealed class ToolBench(
    LineTools tools, ToolRunner runner, IReadOnlySet<string> repeatable, Func<PendingCall, bool>? confirm) : IToolBench
{
    // The shell makes the list of a command's parameters anew each time.
    private readonly Dictionary<string, bool> _mayRepeat = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyCollection<(string Name, string Command)> Tools => [.. tools.All.Select(static t => (t.Name, t.Place))];

    /// <inheritdoc/>
    public bool Has(string name) => tools.Find(name) is not null;

    /// <inheritdoc/>
    public bool MayRepeat(string name)
    {
        if (!_mayRepeat.TryGetValue(name, out bool may))
        {
            _mayRepeat[name] = may = repeatable.Contains(name) || ToolRunner.OnlyReads(tools.Find(name)!.Command);
        }

        return may;
    }

    /// <inheritdoc/>
    public async Task<bool> PermitAsync(PendingCall pending)
    {
        bool isPermitted = true;
        if (confirm is not null)
        {
            await PipelinePump.OnPipelineAsync(() => isPermitted = confirm(pending)).ConfigureAwait(false);
        }

        return isPermitted;
    }

    /// <inheritdoc/>
    public Task RunAsync(IReadOnlyList<PendingCall> calls, Action<int, ToolOutcome> ended, CancellationToken cancellationToken)
    {
        ToolCall[] all = [.. calls.Select(c => new ToolCall(tools.Find(c.Name)!.Command, c.Name, c.Input, c.Schema))];
        return PipelinePump.OnPipelineAsync(() => runner.Run(all, ended, cancellationToken));
    }

    /// <inheritdoc/>
    public Task TellAsync() => PipelinePump.OnPipelineAsync(runner.TellNotes);

    /// <summary>Says in a line what a call would run, for a person.</summary>
    public static string Describe(PendingCall call)
        => $"{call.Name} {Visible(Encoding.UTF8.GetString(call.Input.Span))} for '{call.CustomId}' of job '{call.Batch.Job}'";

    // The words are a model's: what would move or hide others in a terminal is shown as JSON escapes it.
    private static string Visible(string text) => string.Concat(text.Select(static c => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? $"\\u{(int)c:x4}"
            : $"{c}"));
}
