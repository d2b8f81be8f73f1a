using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Results;
using JobState = ClaudeBatch.Core.Ledger.JobState;

namespace ClaudeBatch.Commands;

/// <summary>The exit codes by which <c>Resume-ClaudeBatch -Exit</c> tells a scheduler how the jobs stand.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Otherwise = 1;

    public const int Running = 2;

    public const int Failures = 3;

    public const int Operator = 4;

    public const int Ambiguous = 5;

    public const int Budget = 6;

    public const int Unreachable = 7;

    /// <summary>All codes, from the worst to the best. The worst one among several jobs is the exit code.</summary>
    private static readonly int[] s_byGravity = [Ambiguous, Operator, Budget, Unreachable, Otherwise, Failures, Running, Done];

    /// <summary>Whether this shell runs one script or command and ends, as a scheduler's does.</summary>
    public static bool IsScheduled { get; } = EndsByItself(Environment.GetCommandLineArgs());

    public static int Worse(int one, int other) => Array.IndexOf(s_byGravity, one) <= Array.IndexOf(s_byGravity, other) ? one : other;

    /// <summary>The code of how a job stands that has not ended. One that has ended is told once, with <see cref="OfEnd"/>.</summary>
    public static int Of(JobState standing, PauseCause? pause) => standing switch
    {
        JobState.Ambiguous => Ambiguous,
        JobState.Paused or JobState.InputCut when pause == PauseCause.BudgetExceeded => Budget,
        JobState.Paused => Operator,
        JobState.Running or JobState.Open => Running,
        JobState.Stopped or JobState.Finished => Done,
        _ => Otherwise,
    };

    public static int OfEnd(BatchJob job, BookCheck books, double maxFailureRatio)
        => !books.IsReconciled ? Otherwise
            : job.FailureRatio > maxFailureRatio ? Failures
            : Done;

    // What a step meets with at the service is told by the jobs, which go on, and by whether the service has answered at all.
    public static int Of(ClaudeBatchException failure) => failure.Kind switch
    {
        _ when failure.Cause == FailureCause.IdentityTokenUsed => Operator, // whoever writes the token has stopped, or writes it too seldom
        FailureKind.Authentication or FailureKind.Permission or FailureKind.Billing => Operator,
        FailureKind.Network or FailureKind.Timeout or FailureKind.Service or FailureKind.RateLimited or FailureKind.Overloaded => Running,
        _ when failure.Cause == FailureCause.ConnectFailed => Operator,
        _ => Otherwise,
    };

    /// <summary>Sets <c>$LASTEXITCODE</c>. A shell that was started to run one script or command also ends with the code.</summary>
    public static void Set(PSCmdlet command, int code)
    {
        command.SessionState.PSVariable.Set("global:LASTEXITCODE", code);
        if (IsScheduled)
        {
            command.Host.SetShouldExit(code);
        }
    }

    // SetShouldExit would close an interactive shell. Only the arguments of the process tell whether the shell is interactive.
    internal static bool EndsByItself(IReadOnlyList<string> arguments)
    {
        string program = Path.GetFileNameWithoutExtension(arguments[0]);
        if (!program.Equals("pwsh", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        bool runsSomething = false;
        for (int i = 1; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith('-') && !(OperatingSystem.IsWindows() && argument.StartsWith('/')))
            {
                // This is the value of the option before it, or else the path of the script to run.
                runsSomething |= !TakesValue(arguments[i - 1]);
                if (runsSomething)
                {
                    break;
                }

                continue;
            }

            string name = argument.TrimStart('-', '/').ToUpperInvariant();
            if (IsShort(name, "NOEXIT", 3))
            {
                return false;
            }

            if (IsShort(name, "COMMAND", 1) || name is "CWA" || IsShort(name, "COMMANDWITHARGS", 8) || IsShort(name, "FILE", 1)
                || IsShort(name, "ENCODEDCOMMAND", 1)
                || name is "EC")
            {
                return true;
            }
        }

        return runsSomething;
    }

    private static bool IsShort(string name, string whole, int least)
        => name.Length >= least && whole.StartsWith(name, StringComparison.Ordinal);

    private static bool TakesValue(string option) => option.TrimStart('-', '/').ToUpperInvariant() is var name && option.StartsWith('-')
        && new[] {
            "CONFIGURATIONNAME",
            "CONFIGURATIONFILE",
            "CUSTOMPIPENAME",
            "EXECUTIONPOLICY",
            "EX",
            "EP",
            "INPUTFORMAT",
            "INP",
            "IF",
            "OUTPUTFORMAT",
            "O",
            "OF",
            "SETTINGSFILE",
            "SETTINGS",
            "WINDOWSTYLE",
            "W",
            "WORKINGDIRECTORY",
            "WD" }
            .Contains(name);
}
