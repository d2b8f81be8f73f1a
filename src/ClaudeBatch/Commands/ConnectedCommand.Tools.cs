using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Sessions;
using ClaudeBatch.Tools;

namespace ClaudeBatch.Commands;

/// <content>Jobs whose answers call tools.</content>
public abstract partial class ConnectedCommand
{
    /// <summary>The most rounds of a conversation where the line does not say it: as many as the service goes itself with its own tools.</summary>
    private protected const int DefaultRounds = 10;

    private protected const int DefaultToolOutput = 100_000;

    private protected const int DefaultDepth = 4;

    private static readonly string[] s_aboutCalls =
        [nameof(IToolLine.RepeatableTool), nameof(IToolLine.Depth), nameof(IToolLine.MaxToolOutput), nameof(IToolLine.ToolTimeout)];

    /// <summary>Whether the user is asked about each call: by -Confirm, or because everything is asked about.</summary>
    private bool AsksAboutCalls => MyInvocation.BoundParameters.TryGetValue("Confirm", out object? given)
        ? ((SwitchParameter)given).IsPresent
        : LanguagePrimitives.ConvertTo<ConfirmImpact>(GetVariableValue("ConfirmPreference", ConfirmImpact.High))
            is ConfirmImpact.Low or ConfirmImpact.Medium;

    /// <summary>
    /// Makes the bench on which the calls of a line run; null where it names no tools. It is made before anything is read or sent: a slip in a
    /// name costs nothing.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>ParameterConflict</c>; <c>ToolNotNamed</c>; those of <see cref="LineTools.Of"/>.</exception>
    private protected ToolBench? BenchOf(IToolLine line)
    {
        if (line.Tool is null)
        {
            string? name = s_aboutCalls.FirstOrDefault(IsGiven);
            return name is null
                ? null
                : throw new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "ParameterConflict",
                    $"-{name} is about the calls of tools, and the line names none to run: add -Tool, or leave -{name} out.");
        }

        LineTools tools = LineTools.Of(line.Tool, InvokeCommand);
        if (line.RepeatableTool.FirstOrDefault(r => tools.Find(r) is null) is { } other)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ToolNotNamed",
                $"-RepeatableTool has '{other}', which is none of the tools of this line: "
                    + $"{string.Join(", ", tools.All.Select(static t => t.Name))}.")
            { Target = other };
        }

        // By the real clock: a rehearsal's runs faster than the commands.
        ToolLimits limits = new()
        {
            Depth = line.Depth,
            MaxOutput = line.MaxToolOutput,
            Timeout = line.ToolTimeout > TimeSpan.Zero && line.ToolTimeout < ToolLimits.LongestTimeout ? line.ToolTimeout : null,
        };
        Func<PendingCall, bool>? confirm = AsksAboutCalls ? c => ShouldProcess(ToolBench.Describe(c), "Run") : null;
        ToolRunner runner = new(this, limits, TimeProvider.System);
        return new ToolBench(tools, runner, line.RepeatableTool.ToHashSet(StringComparer.Ordinal), confirm);
    }

    /// <summary>Has a job's conversations go on from now on, where the line says something of tools or rounds.</summary>
    private protected void SetRounds(BatchSession session, JobRecord job, IToolLine line)
    {
        bool hasRounds = IsGiven(nameof(IToolLine.MaxRounds));
        bool hasWait = IsGiven(nameof(IToolLine.RoundWait));
        if (IsWhatIf || !(line.Tool is not null || hasRounds || hasWait))
        {
            return;
        }

        int rounds = hasRounds ? line.MaxRounds : job.MaxRounds ?? DefaultRounds;
        TimeSpan? wait = hasWait ? line.RoundWait : job.RoundWait;
        if ((rounds, wait) != (job.MaxRounds, job.RoundWait))
        {
            session.Ledger.Jobs.SetRounds(job, rounds, wait);
        }
    }

    /// <summary>Says of each call that waits to be run what it would run, as -WhatIf does.</summary>
    /// <param name="session">The session, with the tools that the line names.</param>
    /// <param name="job">The job.</param>
    /// <param name="line">What the line says about them.</param>
    private protected void ShowCalls(BatchSession session, JobRecord job, IToolLine line)
    {
        if (session.Bench is not { } bench || job.StoppedAt is not null)
        {
            return;
        }

        JobRecord then = job with { MaxRounds = IsGiven(nameof(line.MaxRounds)) ? line.MaxRounds : job.MaxRounds ?? DefaultRounds };
        foreach (PendingCall call in PendingCalls.Of(session.Ledger, then).Where(c => bench.Has(c.Name)))
        {
            ShouldProcess(ToolBench.Describe(call), "Run");
        }
    }
}
