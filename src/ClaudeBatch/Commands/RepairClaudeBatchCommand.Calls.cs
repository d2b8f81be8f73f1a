using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Rounds;

namespace ClaudeBatch.Commands;

/// <content>Calls of tools that were begun and whose outcome is not known.</content>
public sealed partial class RepairClaudeBatchCommand
{
    /// <summary>The service's ids of calls of tools, <c>toolu_…</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] CallId { get; set; } = [];

    /// <summary>The calls have run, and this is what the model is told that they gave.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Output { get; set; }

    /// <summary>The calls have failed; the output is told as an error.</summary>
    [Parameter]
    public SwitchParameter IsError { get; set; }

    /// <summary>The calls did not run. They are run when their tools are named the next time.</summary>
    [Parameter]
    public SwitchParameter NotRun { get; set; }

    private void CheckCalls()
    {
        bool settles = CallId.Length > 0;
        string? why = !settles && (Output is not null || IsError || NotRun)
            ? "-Output, -IsError and -NotRun say what became of a call; name it with -CallId."
            : settles && (Output is null) == !NotRun
                ? "Of a call -Output says that it ran, and what it gave, or -NotRun that it did not run; give one."
            : settles && NotRun && IsError ? "-IsError is about the output of a call, and with -NotRun there is none."
            : settles && (Adopt is not null || Abandon)
                ? "-CallId is about a call of a tool, and -Adopt and -Abandon are about parts; give one of them."
            : null;
        if (why is not null)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "ParameterConflict", why);
        }
    }

    private void ListCalls(IEnumerable<JobRecord> jobs)
    {
        foreach ((BatchRecord batch, ToolCallRecord call) in jobs.Where(static j => j.MaxRounds is not null)
            .SelectMany(j => new ToolSettler(Open().Ledger).Unknown(j)))
        {
            WriteOutput(ToolCall.From(Open().Ledger, batch, call));
        }
    }

    private void SettleCalls(JobRecord[] jobs)
    {
        if (jobs is not [var job])
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ParameterConflict", "-CallId names calls of one job: give its name with -Job.");
        }

        ToolSettler settler = new(Open().Ledger);
        foreach (string id in CallId)
        {
            string what = NotRun ? "Have it run" : "Record its outcome";
            if (!ShouldProcess($"call '{id}' of job '{job.Name}'", what))
            {
                continue;
            }

            try
            {
                if (NotRun)
                {
                    settler.DidNotRun(job, id);
                }
                else
                {
                    settler.Ran(job, id, Output!, IsError);
                }
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure, id);
            }
        }
    }
}
