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

    /// <summary>All codes, from the worst to the best. The worst one among several jobs is the exit code.</summary>
    private static readonly int[] s_byGravity = [Otherwise, Ambiguous, Operator, Budget, Failures, Running, Done];

    public static int Worse(int one, int other) => Array.IndexOf(s_byGravity, one) <= Array.IndexOf(s_byGravity, other) ? one : other;

    public static int Of(BatchJob job, PauseCause? pause, BookCheck? books, double maxFailureRatio) => job.Standing switch
    {
        JobState.Ambiguous => Ambiguous,
        JobState.Paused or JobState.InputCut when pause == PauseCause.BudgetExceeded => Budget,
        JobState.Paused => Operator,
        JobState.Running or JobState.Open => Running,
        JobState.Stopped => Done,
        JobState.Finished when books?.IsReconciled != true => Otherwise,
        JobState.Finished => job.Errored + job.Expired + job.Canceled > job.Requests * maxFailureRatio ? Failures : Done,
        _ => Otherwise,
    };

    public static int Of(ClaudeBatchException failure)
        => failure.Kind is FailureKind.Authentication or FailureKind.Permission or FailureKind.Billing ? Operator : Otherwise;

    /// <summary>Sets <c>$LASTEXITCODE</c>. A shell that was started to run one script or command also ends with the code.</summary>
    public static void Set(PSCmdlet command, int code)
    {
        command.SessionState.PSVariable.Set("global:LASTEXITCODE", code);
        if (EndsByItself(Environment.GetCommandLineArgs()))
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
