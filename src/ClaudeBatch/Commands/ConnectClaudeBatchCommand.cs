using System.Collections;
using System.Management.Automation;
using System.Security;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Emulator;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Sets the process's default connection: to the service, or to the embedded emulator.</summary>
[Cmdlet(VerbsCommunications.Connect, "ClaudeBatch", DefaultParameterSetName = KeySet)]
[OutputType(typeof(ClaudeBatchConnection))]
public sealed partial class ConnectClaudeBatchCommand : AsyncCommand
{
    private static readonly TimeSpan s_shortTimeout = TimeSpan.FromMinutes(1);

    private const string KeySet = "ApiKey";

    private const string PathSet = "ApiKeyPath";

    private const string SecretSet = "Secret";

    private const string EmulatorSet = "Emulator";

    // Shorter than any key, so that no text of the emulator looks as if it repeated it.
    private const string EmulatorKey = "none";

    private bool _isConnected;

    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = AwsSet)]
    [SecretTransformation]
    public SecureString? ApiKey { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateNotNullOrEmpty]
    public string? ApiKeyPath { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateNotNullOrEmpty]
    public string? SecretName { get; set; }

    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateNotNullOrEmpty]
    public string? VaultName { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = EmulatorSet)]
    public SwitchParameter Emulator { get; set; }

    [Parameter]
    public IDictionary? EmulatorPlan { get; set; }

    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = ProfileSet)]
    [Parameter(ParameterSetName = PathIdentitySet)]
    [Parameter(ParameterSetName = ScriptIdentitySet)]
    [Parameter(ParameterSetName = ProviderIdentitySet)]
    [Parameter(ParameterSetName = AwsSet)]
    [Parameter(ParameterSetName = GoogleCloudSet)]
    public Uri? BaseUri { get; set; }

    [Parameter]
    public string? WorkspaceId { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ApiVersion { get; set; }

    [Parameter]
    public string[] Beta { get; set; } = [];

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LedgerPath { get; set; }

    /// <summary>How many days the payloads of a finished job are kept; 0 keeps them for ever. The ledger stores the setting.</summary>
    [Parameter]
    [ValidateRange(0, 36500)]
    public int RetentionDays { get; set; }

    /// <summary>
    /// How long the account's list must go without showing a batch whose create reply was lost before the batch is created again. The
    /// ledger stores the setting.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan SettleTimeout { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        PlatformConnection? platform = Platform();
        FoundIdentity identity = platform is null ? Identity()
            : new FoundIdentity(platform.Credential, platform.KeySource, Given(platform.Name)) { Origin = platform.Origin };
        ClaudeBatchConnection connection = new()
        {
            On = platform,
            BaseUri = Emulator ? EmulatorHandler.BaseAddress
                : platform?.BaseUri ?? BaseUri ?? identity.BaseUri ?? ConnectionDefaults.BaseUri,
            ApiVersion = ApiVersion,
            Beta = Beta,
            WorkspaceId = platform is null ? WorkspaceId ?? identity.WorkspaceId : platform.WorkspaceId,
            LedgerPath = Folder().Root,
            Credential = identity.Credential,
            KeySource = identity.Source,
            Origin = identity.Origin,
            IdentityReason = identity.Why,
            IsOfEnvironment = identity.IsOfEnvironment,
            TokenScript = IdentityToken ?? AccessToken,
            IsEmulator = Emulator,
            Plan = Plan(out RehearsedAnswers? answers),
            Answers = answers,
        };
        if (EmulatorPlan is not null && !Emulator && !connection.BaseUri.IsLoopback)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ParameterConflict",
                $"-EmulatorPlan is of a rehearsal, and the calls would go to {connection.BaseUri}, where they are paid. Give -Emulator, too, or "
                    + "leave the plan out.")
            { Target = EmulatorPlan };
        }

        _ = connection.ToService(); // refuses a bad address now and not at the first call
        connection.Folder.Create();
        SaveSettings(connection);
        ConnectionDefaults.Use(connection);
        _isConnected = true;
        if (platform is null)
        {
            HintAtVersion(connection.BaseUri);
        }

        if (IdentityFinder.NextWarning(connection) is { } warning)
        {
            Warn(warning);
        }

        if (PassThru)
        {
            ConnectionDefaults.ReadSettings(connection);
            WriteOutput(connection);
        }

        return Task.CompletedTask;
    }

    // The path that a connection shows can be given again, and stands for the same ledger.
    private LedgerFolder Folder()
    {
        LedgerFolder given = new(LedgerPath is null ? ConnectionDefaults.LedgerPath : GetUnresolvedProviderPathFromPSPath(LedgerPath));
        if (Emulator)
        {
            return given.IsForEmulator ? given : given.Emulator;
        }

        return Directory.Exists(given.EmulatorState)
            ? throw new ClaudeBatchException(
                FailureKind.Conflict,
                "LedgerIsEmulators",
                $"'{given.Root}' is the ledger of an emulator, and real jobs are kept apart from rehearsals. Give the folder above it, or another.")
            { Target = given.Root }
            : given;
    }

    // Every path of the API begins with /v1, and a gateway's own path may end with it.
    private void HintAtVersion(Uri address)
    {
        string path = address.AbsolutePath.TrimEnd('/');
        int at = $"{path}/".IndexOf("/v1/", StringComparison.OrdinalIgnoreCase);
        if (at >= 0)
        {
            Warn($"The calls will go to '{path}/v1/messages/batches': '{path[at..]}' in -BaseUri is probably to be left out.");
        }
    }

    // The shell disposes of the cmdlet even when its parameters could not be bound, so that a misspelt -Emulator is a failure, too.
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isConnected)
        {
            ConnectionDefaults.Fail();
        }

        base.Dispose(disposing);
    }

    private void SaveSettings(ClaudeBatchConnection connection)
    {
        bool hasRetention = IsGiven(nameof(RetentionDays));
        bool hasTimeout = IsGiven(nameof(SettleTimeout));
        if (!hasRetention && !hasTimeout)
        {
            return;
        }

        using ServiceSession service = new(connection, static (_, _) => { });
        using BatchSession session = BatchSession.Open(service, create: true)!;
        if (hasRetention)
        {
            session.Ledger.Settings.RetentionDays = RetentionDays == 0 ? null : RetentionDays;
        }

        if (hasTimeout)
        {
            session.Ledger.Settings.SettleTimeout = SettleTimeout;
            if (SettleTimeout < s_shortTimeout && !connection.IsEmulator)
            {
                Warn("After -SettleTimeout a batch whose create reply was lost is created again, if the account's lists do not show it by "
                    + "then. How soon they show one is not documented: in less than a minute a batch may be paid twice.");
            }
        }
    }
}
