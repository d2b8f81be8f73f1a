using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Scheduling;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Has a manager of this machine take every unfinished job one step on, again and again.</summary>
[Cmdlet(
    VerbsLifecycle.Register,
    "ClaudeBatchSchedule",
    DefaultParameterSetName = ConnectionSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ClaudeBatchSchedule))]
public sealed class RegisterClaudeBatchScheduleCommand : AsyncCommand
{
    private const string ConnectionSet = "Connection";

    private const string PathSet = "ApiKeyPath";

    private const string SecretSet = "Secret";

    private const string ScriptSet = "ScriptPath";

    [Parameter(Position = 0)]
    [ValidatePattern(ScheduleCommand.NewNamePattern)]
    public string Name { get; set; } = ScheduleCommand.DefaultName;

    /// <summary>The time between two steps.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    [Parameter]
    public ScheduleManager Manager { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? ApiKeyPath { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = SecretSet)]
    [ValidateNotNullOrEmpty]
    public string? SecretName { get; set; }

    [Parameter(ParameterSetName = SecretSet)]
    [ValidateNotNullOrEmpty]
    public string? VaultName { get; set; }

    /// <summary>A file with the variables of the step, such as ANTHROPIC_API_KEY.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? EnvironmentFile { get; set; }

    /// <summary>A script to run in place of a step of the connection's ledger.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ScriptSet)]
    [ValidateNotNullOrEmpty]
    public string? ScriptPath { get; set; }

    /// <summary>Has systemd go on when the user has logged out.</summary>
    [Parameter]
    public SwitchParameter Linger { get; set; }

    [Parameter]
    public ClaudeBatchConnection? Connection { get; set; }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        if (Interval < TimeSpan.FromMinutes(1))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ScheduleIntervalInvalid",
                $"A step takes seconds, and a batch minutes: -Interval is at least a minute, and {Interval:c} is less.")
            { Target = Interval };
        }

        ScheduledStep step = new(
            Name,
            Interval,
            StepCommand.ShellPath(PowerShellHome()),
            ScriptPath is null ? StepCommand.OfConnection(Resolved(), Origin()) : StepCommand.OfScript(Existing(ScriptPath)),
            EnvironmentFile is null ? null : Existing(EnvironmentFile),
            IsSilent: ScriptPath is null);
        if (step.Arguments.Append(step.EnvironmentFile).Any(static a => a?.AsSpan().IndexOfAny('\n', '\r') >= 0))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ScheduleFailed",
                "A path with a line break has no place in a schedule: what follows the break would be read as a line of its own.")
            { Target = Name };
        }

        Scheduler scheduler = Scheduler.Of(IsGiven(nameof(Manager)) ? Manager : Scheduler.Default());
        string text = scheduler.Render(step);
        if (ShouldProcess($"Register schedule '{Name}' with {scheduler.Manager}:\n{text}", $"Register schedule '{Name}'?", "Confirm"))
        {
            scheduler.Register(step);
            SeeToLinger(scheduler);
            foreach (ClaudeBatchSchedule schedule in scheduler.Find().Where(s => s.Name == Name))
            {
                WriteOutput(schedule);
            }
        }

        return Task.CompletedTask;
    }

    private string PowerShellHome() => (string)SessionState.PSVariable.GetValue("PSHOME");

    private ClaudeBatchConnection Resolved() => ConnectionDefaults.Resolve(Connection);

    // The key itself is never written down: a schedule says where it is.
    private KeyOrigin? Origin() => ParameterSetName switch
    {
        PathSet or SecretSet when Resolved().IsEmulator => throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "ParameterConflict",
            "The emulator takes no key, and this connection is to it. Connect to the service first, or leave the key out."),
        PathSet or SecretSet when Resolved().Service == ServicePlatform.ClaudeOnGoogleCloud => throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "ParameterConflict",
            "Claude on Google Cloud takes no API key, and this connection is to it. Leave the key out."),
        PathSet => KeyOrigin.OfFile(Existing(ApiKeyPath!)),
        SecretSet => KeyOrigin.OfSecret(SecretName!, VaultName),
        _ when Resolved().IsEmulator || EnvironmentFile is not null => null,
        _ => Checked(Resolved().Origin) ?? throw new ClaudeBatchException(
            FailureKind.Authentication,
            "ScheduleKeyMissing",
            $"The key of this connection comes from {Resolved().KeySource ?? "nowhere"}, where a schedule cannot get it. "
                + Advice())
        { Target = Name },
    };

    // A name that is misspelt would be found out at night.
    private KeyOrigin? Checked(KeyOrigin? origin)
    {
        foreach ((string name, string? value) in origin?.Parameters ?? [])
        {
            _ = name is "-IdentityTokenPath" or "-ApiKeyPath" ? Existing(value!) : null;
        }

        return origin;
    }

    private string Advice() => Resolved() switch
    {
        { On.ScheduleAdvice: { } advice } => advice,
        { Credential: TokenCredential { Source.NeedsPipeline: true } }
            => "A schedule runs no script block: connect with -IdentityTokenPath or -IdentityProvider.",
        { Credential: TokenCredential, KeySource: { } source } when source.StartsWith("profile ", StringComparison.Ordinal)
            => "Variables of this shell have a part in it (ANTHROPIC_CONFIG_DIR, or what the profile leaves out): give -EnvironmentFile (a "
                + "file with a line for each of them).",
        { Credential: TokenCredential }
            => "Connect with -FederationRuleId and -IdentityTokenPath or -IdentityProvider, or give -EnvironmentFile (a file with a line "
                + "for each of these variables).",
        _ => "Say where it finds one: -ApiKeyPath (a file with the key alone, chmod 600), -SecretName, or -EnvironmentFile (a file with a "
            + "line ANTHROPIC_API_KEY=...).",
    };

    private string Existing(string given)
    {
        string path = GetUnresolvedProviderPathFromPSPath(given);
        return File.Exists(path)
            ? path
            : throw new ClaudeBatchException(FailureKind.NotFound, "PathNotFound", $"There is no file '{path}'.") { Target = given };
    }

    private void SeeToLinger(Scheduler scheduler)
    {
        if (scheduler.Manager != ScheduleManager.Systemd)
        {
            return;
        }

        if (Linger)
        {
            SystemdScheduler.EnableLinger();
        }
        else if (SystemdScheduler.Lingers() == false)
        {
            Warn("The schedule ends when you log out, and begins again when you log in. So that it goes on: loginctl enable-linger, or the "
                + "same line with -Linger.");
        }
    }
}
