using System.Net;
using Anthropic.Aws;
using Anthropic.Exceptions;
using Anthropic.GoogleCloud;
using Anthropic.Models.Messages.Batches;
using ClaudeBatch.Emulator;
using ClaudeBatch.Emulator.Server;
using ClaudeBatch.Tests;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>The official clients of the two platforms, unmodified, take whole batches through the emulator's server.</summary>
public sealed class OfficialPlatformTests : IAsyncDisposable
{
    private const string Workspace = "wrkspc_01Platform";

    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-platform-").FullName;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    private EmulatorServer? _server;

    [Theory]
    [InlineData(null)]
    [InlineData("session-token")]
    public async Task Aws_with_a_signature(string? session)
    {
        await StartAsync(Aws(session));
        using AnthropicAwsClient client = Signing("secret", session);

        MessageBatch ended = await WholeBatch.RunAsync(client, _clock);

        Assert.Equal($"https://results.invalid/v1/messages/batches/{ended.ID}/results", ended.ResultsUrl);
    }

    [Fact]
    public async Task Aws_with_a_key()
    {
        await StartAsync(Aws());
        using AnthropicAwsClient client = WithKey("aws-key", Workspace);

        await WholeBatch.RunAsync(client, _clock);
    }

    [Fact]
    public async Task Aws_refuses_another_secret_session_key_and_workspace()
    {
        await StartAsync(Aws("session-token"));
        using AnthropicAwsClient secret = Signing("other", "session-token");
        using AnthropicAwsClient session = Signing("secret", "other");
        using AnthropicAwsClient none = Signing("secret", null);
        using AnthropicAwsClient key = WithKey("sk-ant-console", Workspace);
        using AnthropicAwsClient workspace = WithKey("aws-key", "wrkspc_01Other");

        foreach (AnthropicAwsClient client in new[] { secret, session, none, key, workspace })
        {
            await Assert.ThrowsAsync<AnthropicForbiddenException>(() => client.Messages.Batches.List());
        }
    }

    [Fact]
    public async Task Google_Cloud_with_an_access_token()
    {
        await StartAsync(new EmulatorPlan { GoogleCloud = new EmulatorGoogleCloud { Project = "project-1", AccessTokens = ["ya29.token"] } });
        using AnthropicGoogleCloudClient client = Google("project-1", "ya29.token");
        using AnthropicGoogleCloudClient stranger = Google("project-1", "ya29.other");
        using AnthropicGoogleCloudClient elsewhere = Google("project-2", "ya29.token");

        MessageBatch ended = await WholeBatch.RunAsync(client, _clock);

        Assert.Equal($"https://results.invalid/v1/messages/batches/{ended.ID}/results", ended.ResultsUrl);
        AnthropicUnauthorizedException unknown = await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => stranger.Messages.Batches.List());
        AnthropicForbiddenException denied = await Assert.ThrowsAsync<AnthropicForbiddenException>(() => elsewhere.Messages.Batches.List());
        Assert.Contains("\"status\":\"UNAUTHENTICATED\"", unknown.ResponseBody, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"PERMISSION_DENIED\"", denied.ResponseBody, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static EmulatorPlan Aws(string? session = null) => new()
    {
        Aws = new EmulatorAws
        {
            Region = "eu-west-1",
            AccessKeys = [new EmulatorAwsKey { Id = "AKIATEST", Secret = "secret", SessionToken = session }],
            ApiKeys = ["aws-key"],
            WorkspaceIds = [Workspace],
        },
    };

    private async Task StartAsync(EmulatorPlan plan) => _server = await EmulatorServer.StartAsync(_folder, plan, _clock);

    private AnthropicAwsClient Signing(string secret, string? session) => new(new AwsClientOptions
    {
        AwsAccessKey = "AKIATEST",
        AwsSecretAccessKey = secret,
        AwsSessionToken = session,
        AwsRegion = "eu-west-1",
        WorkspaceId = Workspace,
        BaseUrl = _server!.BaseAddress.AbsoluteUri.TrimEnd('/'),
        ClientOptions = new() { MaxRetries = 0 },
    });

    private AnthropicAwsClient WithKey(string key, string workspace) => new(new AwsClientOptions
    {
        ApiKey = key,
        AwsRegion = "eu-west-1",
        WorkspaceId = workspace,
        BaseUrl = _server!.BaseAddress.AbsoluteUri.TrimEnd('/'),
        ClientOptions = new() { MaxRetries = 0 },
    });

    private AnthropicGoogleCloudClient Google(string project, string token) => new(new GoogleCloudClientOptions
    {
        BaseUrl = $"{_server!.BaseAddress}v1/projects/{project}/locations/global/workspaces/{Workspace}/invoke",
        TokenProvider = _ => Task.FromResult(token),
        ClientOptions = new() { MaxRetries = 0 },
    });
}
