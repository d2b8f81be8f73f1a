using System.Net;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>What the emulator asks of a caller where it is Claude on Google Cloud.</summary>
public sealed class GoogleCloudPlatformTests : IDisposable
{
    private const string Prefix = "v1/projects/project-1/locations/global/workspaces/";

    private readonly ServiceFixture _service = new(new EmulatorPlan { GoogleCloud = new EmulatorGoogleCloud { Project = "project-1" } });

    public GoogleCloudPlatformTests() => _service.Http.DefaultRequestHeaders.Remove("x-api-key");

    [Fact]
    public async Task The_workspace_stands_in_the_path()
    {
        _service.Http.DefaultRequestHeaders.Add("Authorization", "Bearer ya29.any");

        (HttpResponseMessage made, _) = await _service.SendAsync(HttpMethod.Post, Prefix + "wrkspc_01A/invoke/v1/messages/batches", ServiceFixture.Body("a"));
        (_, string mine) = await _service.SendAsync(HttpMethod.Get, Prefix + "wrkspc_01A/invoke/v1/messages/batches");
        (_, string theirs) = await _service.SendAsync(HttpMethod.Get, Prefix + "wrkspc_01B/invoke/v1/messages/batches");

        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        Assert.Equal("wrkspc_01A", Assert.Single(made.Headers.GetValues("anthropic-workspace-id")));
        Assert.Contains("msgbatch_", mine, StringComparison.Ordinal);
        Assert.Contains("\"data\":[]", theirs, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1/messages/batches")]
    [InlineData("v1/oauth/token")]
    [InlineData("v1/projects/project-1/locations/global/workspaces/wrkspc_01A/v1/messages/batches")]
    [InlineData("v1/projects/project-1/locations/global/workspaces/default/invoke/v1/messages/batches")]
    [InlineData("v1/projects/project-1/locations/global/claudeOrganization/invoke/v1/messages/batches")]
    public async Task A_call_without_the_prefix_is_not_found(string path)
    {
        _service.Http.DefaultRequestHeaders.Add("Authorization", "Bearer ya29.any");

        (HttpResponseMessage response, string body) = await _service.SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.StartsWith("{\"error\":{\"code\":404,", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-api-key", "sk-ant-test")]
    [InlineData("Authorization", "Basic eA==")]
    public async Task A_call_without_a_token_of_Google_is_refused_in_its_shape(string header, string value)
    {
        _service.Http.DefaultRequestHeaders.Add(header, value);

        (HttpResponseMessage response, string body) = await _service.SendAsync(HttpMethod.Get, Prefix + "wrkspc_01A/invoke/v1/messages/batches");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("""{"error":{"code":403,"message":"Method doesn't allow unregistered callers.","status":"PERMISSION_DENIED"}}""", body);
    }

    public void Dispose() => _service.Dispose();
}
