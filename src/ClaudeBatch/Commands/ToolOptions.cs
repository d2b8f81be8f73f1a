using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Tools;

namespace ClaudeBatch.Commands;

/// <summary>What a line says about the calls of tools that it runs.</summary>
internal sealed record ToolOptions
{
    /// <summary>The most rounds of a conversation where the line does not say it: as many as the service goes itself with its own tools.</summary>
    public const int DefaultRounds = 10;

    public const int DefaultDepth = 4;

    private static readonly string[] s_aboutCalls
        = [nameof(InvokeClaudeBatchCommand.RepeatableTool), nameof(InvokeClaudeBatchCommand.Depth),
            nameof(InvokeClaudeBatchCommand.MaxToolOutput), nameof(InvokeClaudeBatchCommand.ToolTimeout)];

    public const int DefaultOutput = 100_000;

    /// <summary>The tools that the line names; null for none.</summary>
    public object[]? Tools { get; init; }

    /// <summary>The names of the tools whose calls may run again where nobody knows what became of them.</summary>
    public string[] Repeatable { get; init; } = [];

    public int Depth { get; init; }

    /// <summary>The most characters of an output that the model is told.</summary>
    public int MaxOutput { get; init; }

    /// <summary>After how long a call is stopped; null for never.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Makes the bench on which the calls run; null where the line names no tools.</summary>
    /// <param name="cmdlet">The cmdlet that runs.</param>
    /// <param name="isGiven">Tells whether the line has a parameter.</param>
    /// <param name="confirm">Asks the user about a call; null where the user is not asked.</param>
    /// <exception cref="ClaudeBatchException"><c>ParameterConflict</c>; <c>ToolNotNamed</c>; those of <see cref="LineTools.Of"/>.</exception>
    public ToolBench? ToBench(PSCmdlet cmdlet, Func<string, bool> isGiven, Func<PendingCall, bool>? confirm)
    {
        if (Tools is null)
        {
            string? name = s_aboutCalls.FirstOrDefault(isGiven);
            return name is null
                ? null
                : throw new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "ParameterConflict",
                    $"-{name} is about the calls of tools, and the line names none to run: add -Tool, or leave -{name} out.");
        }

        LineTools tools = LineTools.Of(Tools, cmdlet.InvokeCommand);
        if (Repeatable.FirstOrDefault(r => tools.Find(r) is null) is { } other)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ToolNotNamed",
                $"-RepeatableTool has '{other}', which is none of the tools of this line: "
                    + $"{string.Join(", ", tools.All.Select(static t => t.Name))}.")
            { Target = other };
        }

        // By the real clock: a rehearsal's runs faster than the commands.
        ToolLimits limits = new() { Depth = Depth, MaxOutput = MaxOutput, Timeout = Timeout };
        ToolRunner runner = new(cmdlet, limits, TimeProvider.System);
        return new ToolBench(tools, runner, Repeatable.ToHashSet(StringComparer.Ordinal), confirm);
    }
}
