using Amazon.Runtime;
using Anthropic;
using Anthropic.Aws;
using Anthropic.GoogleCloud;
using ClaudeBatch.Aws;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Emulator;
using ClaudeBatch.Tests;

namespace ClaudeBatch.Clients.Tests;

/// <summary>
/// The official client and this project's engine take the same batches through the emulator, and what their requests have that differs is
/// listed here. With <c>CLAUDEBATCH_SIDE_BY_SIDE</c> set to a folder, all of it is written there as tables.
/// </summary>
[Collection(nameof(EnvironmentVariables))]
public sealed class SideBySideTests
{
    private const string Workspace = "wrkspc_01Platform";

    private const string Region = "eu-west-1";

    private const string GooglePrefix = $"/v1/projects/project-1/locations/global/workspaces/{Workspace}/invoke";

    // What the official client says of itself.
    private static readonly string[] s_ofItself =
        ["arch", "lang", "os", "package-version", "retry-count", "runtime", "runtime-version", "timeout"];

    // JSON has one charset. Who calls is said as in every other call.
    private static readonly string[] s_ofExchange =
    [
        "POST /v1/oauth/token: accept-encoding: - | gzip",
        "POST /v1/oauth/token: content-type: application/json; charset=utf-8 | application/json",
        "POST /v1/oauth/token: user-agent: - | given",
    ];

    // The host has its port, where it has one that is not the usual one. What something on the way may change is not signed.
    private static readonly string[] s_ofSignature =
    [
        "all: host: 127.0.0.1 | 127.0.0.1:port",
        .. s_ofItself.Select(static n => $"all: signed x-stainless-{n}: yes | -"),
        "all: signed content-length: yes | -",
        "GET /v1/messages/batches/{id}/results: signed accept: yes | -",
        .. new[] { "GET /v1/messages/batches", "GET /v1/messages/batches/{id}", "GET /v1/messages/batches/{id}/results", "DELETE /v1/messages/batches/{id}" }
            .Select(static c => $"{c}: content-length: given | -"),
    ];

    [Fact]
    public async Task Federation_by_environment_variables()
    {
        await using Clients clients = await Clients.StartAsync();
        clients.Set("ANTHROPIC_FEDERATION_RULE_ID", Clients.Rule);
        clients.Set("ANTHROPIC_ORGANIZATION_ID", clients.Plan.OrganizationId);
        clients.Set("ANTHROPIC_SERVICE_ACCOUNT_ID", Clients.Account);
        clients.Set("ANTHROPIC_WORKSPACE_ID", clients.Plan.WorkspaceId);
        clients.Set("ANTHROPIC_IDENTITY_TOKEN_FILE", clients.IdentityTokenPath);
        clients.WriteIdentityToken();
        using AnthropicClient official = new() { MaxRetries = 0 };

        SideBySide both = await RunAsync(clients, official, () =>
        {
            clients.WriteIdentityToken();
            return Keyless.OurByVariables(clients);
        });

        AssertDifferences(both, [.. OfAll(), .. s_ofExchange]);
    }

    [Fact]
    public async Task A_profile_with_federation()
    {
        await using Clients clients = await Clients.StartAsync();
        clients.WriteFederationProfile("night");
        clients.WriteIdentityToken();
        using AnthropicClient official = Keyless.OfficialByProfile("night");

        SideBySide both = await RunAsync(clients, official, () =>
        {
            clients.WriteIdentityToken();
            return Keyless.OurByProfile(clients, "night");
        });

        AssertDifferences(both, [.. OfAll(), .. s_ofExchange]);
    }

    [Fact]
    public async Task A_profile_of_a_sign_in()
    {
        await using Clients clients = await Clients.StartAsync();
        clients.WriteSignInProfile("laptop");
        clients.WriteExpiredCredentials("laptop", "sk-ant-ort01-first");
        using AnthropicClient official = Keyless.OfficialByProfile("laptop");

        SideBySide both = await RunAsync(clients, official, () =>
        {
            clients.WriteExpiredCredentials("laptop", Clients.Read(clients.CredentialsPath("laptop"), "refresh_token")!);
            return Keyless.OurByProfile(clients, "laptop");
        });

        AssertDifferences(both, [.. OfAll(), .. s_ofExchange]);
    }

    [Fact]
    public async Task AWS_with_a_key()
    {
        await using Clients clients = await Clients.StartAsync(Aws);
        using AnthropicAwsClient official = new(new AwsClientOptions
        {
            ApiKey = "aws-key",
            AwsRegion = Region,
            WorkspaceId = Workspace,
            BaseUrl = clients.Base,
            ClientOptions = new() { MaxRetries = 0 },
        });

        SideBySide both = await RunAsync(clients, official, () => OnAws(clients, ApiCredential.FromAwsKey("aws-key")));

        AssertDifferences(both, [.. OfAll()]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("session-token")]
    public async Task AWS_with_a_signature(string? session)
    {
        await using Clients clients = await Clients.StartAsync(plan =>
        {
            Aws(plan);
            plan.Aws!.AccessKeys = [new EmulatorAwsKey { Id = "AKIATEST", Secret = "secret", SessionToken = session }];
        });
        using AnthropicAwsClient official = new(new AwsClientOptions
        {
            AwsAccessKey = "AKIATEST",
            AwsSecretAccessKey = "secret",
            AwsSessionToken = session,
            AwsRegion = Region,
            WorkspaceId = Workspace,
            BaseUrl = clients.Base,
            ClientOptions = new() { MaxRetries = 0 },
        });
        AWSCredentials keys = session is null
            ? new BasicAWSCredentials("AKIATEST", "secret")
            : new SessionAWSCredentials("AKIATEST", "secret", session);

        SideBySide both = await RunAsync(clients, official, () => OnAws(
            clients, new AwsSignature(Region, _ => Task.FromResult(keys), clients.Clock, "aws-external-anthropic")));

        AssertDifferences(both, [.. OfAll(), .. s_ofSignature], session is null ? nameof(AWS_with_a_signature) : "AWS_with_a_signature_of_a_session");
    }

    [Fact]
    public async Task Google_Cloud()
    {
        await using Clients clients = await Clients.StartAsync(static plan =>
            plan.GoogleCloud = new EmulatorGoogleCloud { Project = "project-1", AccessTokens = ["ya29.token"] });
        string address = clients.Base + GooglePrefix;
        using AnthropicGoogleCloudClient official = new(new GoogleCloudClientOptions
        {
            BaseUrl = address,
            TokenProvider = static _ => Task.FromResult("ya29.token"),
            ClientOptions = new() { MaxRetries = 0 },
        });

        SideBySide both = await RunAsync(clients, official, () => new ServiceConnection(
            new Uri(address),
            new AccessTokenCredential(static _ => ValueTask.FromResult("ya29.token"), TimeSpan.FromMinutes(5), TimeProvider.System, "Sign in."))
        {
            Platform = ServicePlatform.ClaudeOnGoogleCloud,
            WorkspaceId = Workspace,
        });

        AssertDifferences(both, [.. OfAll(GooglePrefix)]);
    }

    // The account is listed before each create and after it, in long pages. Whatever the results are asked for as, they come as lines.
    private static IEnumerable<string> OfAll(string prefix = "") =>
    [
        .. s_ofItself.Select(static n => $"all: x-stainless-{n}: given | -"),
        $"GET {prefix}/v1/messages/batches: query: limit=5 | limit=100 or limit=1000",
        $"GET {prefix}/v1/messages/batches: times: 1 | 4",
        $"GET {prefix}/v1/messages/batches/{{id}}/results: accept: application/x-jsonl | -",
    ];

    private static void Aws(EmulatorPlan plan) => plan.Aws = new EmulatorAws { Region = Region, ApiKeys = ["aws-key"], WorkspaceIds = [Workspace] };

    private static ServiceConnection OnAws(Clients clients, ServiceCredential credential) => new(clients.Front.Address, credential)
    {
        Platform = ServicePlatform.ClaudeOnAws,
        WorkspaceId = Workspace,
    };

    private static async Task<SideBySide> RunAsync(Clients clients, AnthropicClient official, Func<ServiceConnection> ours)
    {
        await WholeBatch.RunAsync(official, clients.Clock);
        IReadOnlyList<RecordedRequest> theirs = clients.Front.Take();
        await OurBatch.RunAsync(ours(), Path.Combine(clients.Folder, "ledger"), clients.Clock);
        return new SideBySide(theirs, clients.Front.Take());
    }

    private static void AssertDifferences(SideBySide both, string[] expected, [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        if (Environment.GetEnvironmentVariable("CLAUDEBATCH_SIDE_BY_SIDE") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, $"{name}.md"), both.Table(name.Replace('_', ' ')));
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), both.Differences().Order(StringComparer.Ordinal));
    }
}
