using System.Net;
using System.Text.Json;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>Calls with an access token, and with a key that spans workspaces.</summary>
public sealed class AccessTokenTests
{
    [Fact]
    public async Task A_token_is_good_until_it_expires()
    {
        using IdentityFixture account = new();
        string token = await account.TokenAsync();

        account.Service.Clock.Advance(TimeSpan.FromSeconds(1_199));
        (HttpResponseMessage inTime, _) = await account.CallAsync(token);
        account.Service.Clock.Advance(TimeSpan.FromSeconds(1));
        (HttpResponseMessage late, string body) = await account.CallAsync(token);

        Assert.Equal(HttpStatusCode.OK, inTime.StatusCode);
        Assert.Equal(account.Service.Plan.WorkspaceId, Assert.Single(inTime.Headers.GetValues("anthropic-workspace-id")));
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
        Assert.Contains("authentication_error", body, StringComparison.Ordinal);
        Assert.False(late.Headers.Contains("anthropic-workspace-id"));
    }

    [Fact]
    public async Task A_token_that_was_not_issued_lacks_its_beta_or_comes_as_a_key_is_refused()
    {
        using IdentityFixture account = new();
        string token = await account.TokenAsync();
        account.Service.Http.DefaultRequestHeaders.Remove("x-api-key");
        account.Service.Http.DefaultRequestHeaders.Add("x-api-key", token);

        Assert.Equal(HttpStatusCode.Unauthorized, (await account.CallAsync("sk-ant-oat01-01Unknown")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await account.CallAsync(token, beta: "files-api-2025-04-14")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await account.CallAsync(token, beta: "files-api-2025-04-14,oauth-2025-04-20")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await account.Service.SendAsync(HttpMethod.Get, "v1/messages/batches")).Response.StatusCode);
    }

    [Fact]
    public async Task The_scope_of_inference_has_messages_and_no_batches()
    {
        using IdentityFixture account = new(change: static plan => plan.Federation!.Rules[0].Scope = "workspace:inference");
        string token = await account.TokenAsync();

        (HttpResponseMessage batches, string body) = await account.CallAsync(token);
        (HttpResponseMessage models, _) = await account.CallAsync(token, path: "v1/models");

        Assert.Equal(HttpStatusCode.Forbidden, batches.StatusCode);
        Assert.Contains("permission_error", body, StringComparison.Ordinal);
        Assert.Equal(account.Service.Plan.WorkspaceId, Assert.Single(batches.Headers.GetValues("anthropic-workspace-id")));
        Assert.Equal(HttpStatusCode.OK, models.StatusCode);
    }

    [Fact]
    public async Task A_batch_is_seen_in_its_workspace_alone()
    {
        using IdentityFixture account = new(change: static plan => plan.Federation!.Rules[0].WorkspaceIds = ["wrkspc_01A", "wrkspc_01B"]);
        Dictionary<string, object?> body = account.Federation();
        body["workspace_id"] = "wrkspc_01A";
        string a = await account.TokenAsync(body);
        (body["workspace_id"], body["assertion"]) = ("wrkspc_01B", account.Issuer.Token(account.Now));
        string b = await account.TokenAsync(body);

        (_, string made) = await account.CallAsync(a, HttpMethod.Post, body: ServiceFixture.Body("row"));
        string id = JsonDocument.Parse(made).RootElement.GetProperty("id").GetString()!;
        (HttpResponseMessage mine, _) = await account.CallAsync(a, path: "v1/messages/batches/" + id);
        (HttpResponseMessage theirs, _) = await account.CallAsync(b, path: "v1/messages/batches/" + id);
        (_, string list) = await account.CallAsync(b);
        (HttpResponseMessage elsewhere, _) = await account.CallAsync(a, workspace: "wrkspc_01B");

        Assert.Equal(HttpStatusCode.OK, mine.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, theirs.StatusCode);
        Assert.Equal("wrkspc_01B", Assert.Single(theirs.Headers.GetValues("anthropic-workspace-id")));
        Assert.Contains("\"data\":[]", list, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, elsewhere.StatusCode);
    }

    [Fact]
    public async Task A_sign_in_acts_in_the_workspace_that_the_call_names()
    {
        using IdentityFixture account = new(change: static plan => plan.OAuthClients[0].WorkspaceIds = ["wrkspc_01A", "wrkspc_01B"]);
        string token = await account.TokenAsync(IdentityFixture.Refresh("sk-ant-ort01-first"));

        (HttpResponseMessage first, _) = await account.CallAsync(token);
        (HttpResponseMessage second, _) = await account.CallAsync(token, workspace: "wrkspc_01B");
        (HttpResponseMessage third, _) = await account.CallAsync(token, workspace: "wrkspc_01C");

        Assert.Equal("wrkspc_01A", Assert.Single(first.Headers.GetValues("anthropic-workspace-id")));
        Assert.Equal("wrkspc_01B", Assert.Single(second.Headers.GetValues("anthropic-workspace-id")));
        Assert.Equal(HttpStatusCode.Forbidden, third.StatusCode);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.OK, "wrkspc_01A")]
    [InlineData("wrkspc_01A", HttpStatusCode.OK, "wrkspc_01A")]
    [InlineData("wrkspc_01B", HttpStatusCode.OK, "wrkspc_01B")]
    [InlineData("wrkspc_01C", HttpStatusCode.Forbidden, null)]
    public async Task A_key_that_spans_workspaces_acts_in_the_one_that_the_call_names(string? asked, HttpStatusCode status, string? workspace)
    {
        using ServiceFixture service = new(new EmulatorPlan { ApiKeyWorkspaceIds = ["wrkspc_01A", "wrkspc_01B"] });
        if (asked is not null)
        {
            service.Http.DefaultRequestHeaders.Add("anthropic-workspace-id", asked);
        }

        (HttpResponseMessage response, _) = await service.SendAsync(HttpMethod.Get, "v1/messages/batches");

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(workspace, response.Headers.TryGetValues("anthropic-workspace-id", out IEnumerable<string>? values) ? Assert.Single(values) : null);
    }

    [Fact]
    public async Task A_key_of_one_workspace_refuses_another()
    {
        using ServiceFixture service = new();
        service.Http.DefaultRequestHeaders.Add("anthropic-workspace-id", "wrkspc_01Other");

        (HttpResponseMessage response, string body) = await service.SendAsync(HttpMethod.Get, "v1/messages/batches");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("permission_error", body, StringComparison.Ordinal);
    }
}
