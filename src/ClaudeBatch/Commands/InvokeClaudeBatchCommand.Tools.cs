using System.Management.Automation;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;
using ClaudeBatch.Tools;

namespace ClaudeBatch.Commands;

/// <content>The tools that answers call.</content>
public sealed partial class InvokeClaudeBatchCommand
{
    private ToolBench? _bench;

    /// <summary>The commands that run the calls of tools. Calls of others wait.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Tool { get; set; }

    /// <summary>The most rounds of a conversation: requests that are sent for a row, retries aside.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int MaxRounds { get; set; } = ToolOptions.DefaultRounds;

    /// <summary>How long rows that are ready for their next round wait for others of the job that still run.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan RoundWait { get; set; } = RoundPlanner.DefaultWait;

    /// <summary>The tools whose calls may run again where a process has ended in the middle of one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] RepeatableTool { get; set; } = [];

    /// <summary>The most characters of a tool's output that the model is told.</summary>
    [Parameter]
    [ValidateRange(1, 10_000_000)]
    public int MaxToolOutput { get; set; } = ToolOptions.DefaultOutput;

    /// <summary>How deep objects of a tool's output are written as JSON.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Depth { get; set; } = ToolOptions.DefaultDepth;

    /// <summary>After how long a call is stopped, where it can be.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan ToolTimeout { get; set; }

    private protected override int Rounds => Tool is not null || IsGiven(nameof(MaxRounds)) ? MaxRounds : 1;

    private ToolOptions ToolsOfLine => new()
    {
        Tools = Tool,
        Repeatable = RepeatableTool,
        Depth = Depth,
        MaxOutput = MaxToolOutput,
        Timeout = ToolTimeout > TimeSpan.Zero ? ToolTimeout : null,
    };

    // Found before anything is read or sent: a slip in a name costs nothing.
    private void FindTools() => _bench = ToolsOfLine.ToBench(this, IsGiven, AsksAboutCalls ? Confirm : null);

    private void TakeTools(BatchSession session, JobRecord job)
    {
        session.Bench = _bench;
        if (!IsWhatIf && (Tool is not null || IsGiven(nameof(MaxRounds)) || IsGiven(nameof(RoundWait))))
        {
            SetRounds(session, job, IsGiven(nameof(MaxRounds)) ? MaxRounds : null, IsGiven(nameof(RoundWait)) ? RoundWait : null);
        }
    }

    private bool Confirm(PendingCall call) => ShouldProcess(ToolBench.Describe(call), "Run");
}
