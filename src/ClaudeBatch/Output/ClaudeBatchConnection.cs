using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Emulator;

namespace ClaudeBatch;

/// <summary>The service that jobs are sent to, and the folder of the ledger. The key has no property, so that it is never shown.</summary>
public sealed class ClaudeBatchConnection
{
    /// <summary>The address of the service.</summary>
    public Uri? BaseUri { get; set; }

    /// <summary>The platform that runs the service: <c>ClaudeApi</c>, <c>Aws</c> or <c>GoogleCloud</c>.</summary>
    public string Platform => On?.Name ?? "ClaudeApi";

    public string? ApiVersion { get; set; }

    public string[] Beta { get; set; } = [];

    public string? WorkspaceId { get; set; }

    /// <summary>The folder of the ledger; of an emulator the one of its own, in which no real job is.</summary>
    public string? LedgerPath { get; set; }

    /// <summary>
    /// How many days the payloads of a finished job are kept, by the setting of the ledger when this object was emitted; 0 keeps them for ever.
    /// Null where the ledger could not be read.
    /// </summary>
    public int? RetentionDays { get; set; }

    /// <summary>Where the key came from, such as <c>ANTHROPIC_API_KEY</c>; not the key itself.</summary>
    public string? KeySource { get; set; }

    public bool IsEmulator { get; set; }

    internal ServiceCredential? Credential { get; set; }

    /// <summary>From where another process can get the same key; null where it cannot, or from the environment alone.</summary>
    internal KeyOrigin? Origin { get; set; }

    /// <summary>What is special about the platform; null for the Claude API.</summary>
    internal PlatformConnection? On { get; set; }

    internal ServicePlatform Service => On?.Service ?? ServicePlatform.ClaudeApi;

    internal EmulatorPlan? Plan { get; set; }

    /// <summary>The answers of the emulator that no plan can hold; null where the plan has them.</summary>
    internal RehearsedAnswers? Answers { get; set; }

    /// <summary>Whether a variable of the environment has said who calls.</summary>
    internal bool IsOfEnvironment { get; set; }

    /// <summary>The script block that gives the identity token or the access token; null where none does.</summary>
    internal ScriptBlock? TokenScript { get; set; }

    /// <summary>Why the environment's identity cannot be used; null where it can, and where there is none.</summary>
    internal ClaudeBatchException? IdentityFault { get; set; }

    /// <summary>Why it is this identity: a sentence for Test-ClaudeBatchConnection.</summary>
    internal string? IdentityReason { get; set; }

    // A token of a federation rule is for one workspace, which the exchange was asked for.
    internal ServiceConnection ToService() => new(BaseUri!, Credential ?? throw IdentityFault ?? KeyMissing())
    {
        Platform = Service,
        ApiVersion = ApiVersion ?? ServiceConnection.DefaultApiVersion,
        Betas = Beta,
        WorkspaceId = Credential is TokenCredential { NamesWorkspace: false } ? null : WorkspaceId,
    };

    internal LedgerFolder Folder => new(LedgerPath!);

    internal static ClaudeBatchException KeyMissing() => new(
        FailureKind.Authentication,
        "ApiKeyMissing",
        "There is no API key. Set ANTHROPIC_API_KEY, or run Connect-ClaudeBatch with -ApiKey, -ApiKeyPath or -SecretName; without a key, "
        + "with -ProfileName or -FederationRuleId (Get-Help about_ClaudeBatch_Identity); "
        + "to rehearse without a key and without cost, run Connect-ClaudeBatch -Emulator.");
}
