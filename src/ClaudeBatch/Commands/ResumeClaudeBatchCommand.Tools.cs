using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;
using ClaudeBatch.Tools;

namespace ClaudeBatch.Commands;

/// <content>The tools that answers call.</content>
public sealed partial class ResumeClaudeBatchCommand : IToolLine
{
    private ToolBench? _bench;

    private bool _isRefused;

    /// <summary>The commands that run the calls of tools. Calls of others wait.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Tool { get; set; }

    /// <summary>The most rounds of a conversation: requests that are sent for a row, retries aside.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int MaxRounds { get; set; } = DefaultRounds;

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
    public int MaxToolOutput { get; set; } = DefaultToolOutput;

    /// <summary>How deep objects of a tool's output are written as JSON.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Depth { get; set; } = DefaultDepth;

    /// <summary>After how long a call is stopped, where it can be.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan ToolTimeout { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            _bench = BenchOf(this);
        }
        catch (ClaudeBatchException failure) when (Exit)
        {
            ToldBy(failure);
            _isRefused = true; // no job is touched by a line that is not meant so
        }

        return base.BeginAsync(cancellationToken);
    }

    // Of jobs that are not named, only those go on that run tools already.
    private void TakeTools(BatchSession session, JobRecord job, bool isNamed)
    {
        session.Bench = _bench;
        if (isNamed || job.MaxRounds is not null)
        {
            SetRounds(session, job, this);
            if (IsWhatIf)
            {
                ShowCalls(session, session.Ledger.Jobs.Get(job.Id), this);
            }
        }
    }
}
