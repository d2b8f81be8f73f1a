using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class ProfileTests : IDisposable
{
    // As the official SDKs' documentation shows it, with fields that this version does not know.
    private const string Federation = """
        {
          "version": "1.0",
          "authentication": {
            "type": "oidc_federation",
            "federation_rule_id": "fdrl_1",
            "service_account_id": "svac_1",
            "identity_token": {
              "source": "file",
              "path": "/var/run/secrets/anthropic.com/token",
              "refresh_hint": 7
            },
            "credentials_path": "/srv/own.json",
            "scope": "workspace:developer"
          },
          "organization_id": "00000000-0000-0000-0000-000000000000",
          "workspace_id": "wrkspc_1",
          "base_url": "https://api.anthropic.com",
          "telemetry": {"enabled": false}
        }
        """;

    // As `ant auth login` writes it.
    private const string OAuth = """{"version":"1.0","authentication":{"type":"user_oauth","client_id":"client-1","scope":"user:inference","console_url":"https://platform.claude.com"},"workspace_id":"wrkspc_2"}""";

    private const string Least = """{"authentication":{"type":"oidc_federation"}}""";

    private readonly OwnFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_federation_profile_is_read_whole()
    {
        Profile profile = Load(Federation);

        Assert.Equal(ProfileType.OidcFederation, profile.Type);
        Assert.Equal("default", profile.Name);
        Assert.Equal(_folder["configs", "default.json"], profile.Path);
        Assert.Equal("fdrl_1", profile.FederationRuleId);
        Assert.Equal("00000000-0000-0000-0000-000000000000", profile.OrganizationId);
        Assert.Equal("svac_1", profile.ServiceAccountId);
        Assert.Equal("wrkspc_1", profile.WorkspaceId);
        Assert.Equal(new Uri("https://api.anthropic.com/"), profile.BaseUrl);
        Assert.Equal("/var/run/secrets/anthropic.com/token", profile.IdentityTokenPath);
        Assert.Equal("workspace:developer", profile.Scope);
        Assert.Equal("/srv/own.json", profile.CredentialsPath);
        Assert.Null(profile.ClientId);
        Assert.Empty(profile.FilledBy);
    }

    [Fact]
    public void A_profile_of_a_person_is_read_whole()
    {
        Profile profile = Load(OAuth);

        Assert.Equal(ProfileType.UserOAuth, profile.Type);
        Assert.Equal("client-1", profile.ClientId);
        Assert.Equal("user:inference", profile.Scope);
        Assert.Equal("https://platform.claude.com", profile.ConsoleUrl);
        Assert.Equal("wrkspc_2", profile.WorkspaceId);
        Assert.Equal(_folder["credentials", "default.json"], profile.CredentialsPath);
        Assert.Null(profile.OrganizationId);
        Assert.Null(profile.IdentityTokenPath);
    }

    [Fact]
    public void Variables_fill_gaps_and_change_nothing_that_is_there()
    {
        (string, string)[] variables =
        [
            ("ANTHROPIC_FEDERATION_RULE_ID", "fdrl_env"), ("ANTHROPIC_ORGANIZATION_ID", " org-env "), ("ANTHROPIC_SERVICE_ACCOUNT_ID", "svac_env"),
            ("ANTHROPIC_WORKSPACE_ID", "wrkspc_env"), ("ANTHROPIC_BASE_URL", "https://other.example"),
            ("ANTHROPIC_IDENTITY_TOKEN_FILE", "/env/token"), ("ANTHROPIC_SCOPE", "scope-env"),
        ];
        Profile filled = Load(Least, variables);
        Profile full = Load(Federation, variables);

        Assert.Equal(
            ("fdrl_env", "org-env", "svac_env", "wrkspc_env", "/env/token", "scope-env"),
            (filled.FederationRuleId, filled.OrganizationId, filled.ServiceAccountId, filled.WorkspaceId, filled.IdentityTokenPath, filled.Scope));
        Assert.Equal(new Uri("https://other.example/"), filled.BaseUrl);
        Assert.Equal(7, filled.FilledBy.Count);
        Assert.Equal("fdrl_1", full.FederationRuleId);
        Assert.Equal(new Uri("https://api.anthropic.com/"), full.BaseUrl);
        Assert.Empty(full.FilledBy);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"  \"")]
    [InlineData("null")]
    public void Empty_is_absent_in_the_file_and_in_variables(string empty)
    {
        string text = Federation.Replace("\"wrkspc_1\"", empty, StringComparison.Ordinal);

        Assert.Equal("wrkspc_env", Load(text, ("ANTHROPIC_WORKSPACE_ID", "wrkspc_env")).WorkspaceId);
        Assert.Null(Load(text, ("ANTHROPIC_WORKSPACE_ID", " ")).WorkspaceId);
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm() => Assert.Equal("fdrl_1", Load("\uFEFF" + Federation).FederationRuleId);

    [Fact]
    public void The_token_comes_from_the_file_else_from_the_variable()
    {
        Profile without = Load(Least, ("ANTHROPIC_FEDERATION_RULE_ID", "fdrl_env"), ("ANTHROPIC_ORGANIZATION_ID", "org"));

        Assert.IsType<FileIdentityToken>(Load(Federation).IdentityToken(Tokens.Environment(("ANTHROPIC_IDENTITY_TOKEN", "a"))));
        Assert.IsType<VariableIdentityToken>(without.IdentityToken(Tokens.Environment(("ANTHROPIC_IDENTITY_TOKEN", "a"))));
        Assert.Null(without.IdentityToken(Tokens.Environment()));
    }

    [Fact]
    public void What_lacks_is_named_all_at_once()
        => Refuses(Least, "ProfileIncomplete", "lacks authentication.federation_rule_id and organization_id.");

    [Theory]
    [InlineData("{}", "ProfileIncomplete", "lacks authentication.")]
    [InlineData("""{"authentication":{}}""", "ProfileIncomplete", "authentication.type")]
    [InlineData("", "ProfileNotJson", "line 1")]
    [InlineData("{\n  \"version\": \"1.0\",\n  \"authentica", "ProfileNotJson", "line 3")]
    [InlineData("""{"authentication":{},}""", "ProfileNotJson", "line 1")]
    [InlineData("<html>", "ProfileNotJson", "not whole JSON")]
    [InlineData("[]", "ProfileInvalid", "no JSON object")]
    [InlineData("null", "ProfileInvalid", "no JSON object")]
    [InlineData("""{"version":1.0,"authentication":{"type":"user_oauth"}}""", "ProfileInvalid", "version should be a text")]
    [InlineData("""{"version":"new","authentication":{"type":"user_oauth"}}""", "ProfileInvalid", "version is 'new'")]
    [InlineData("""{"version":"2.0","authentication":{"type":"user_oauth"}}""", "ProfileTooNew", "version 2.0")]
    [InlineData("""{"authentication":[]}""", "ProfileInvalid", "authentication should be an object")]
    [InlineData("""{"authentication":{"type":7}}""", "ProfileInvalid", "authentication.type should be a text")]
    [InlineData("""{"authentication":{"type":"mtls"}}""", "ProfileTypeUnknown", "'mtls'")]
    [InlineData("""{"authentication":{"type":"user_oauth","client_id":{}}}""", "ProfileInvalid", "authentication.client_id should be a text")]
    [InlineData("""{"authentication":{"type":"user_oauth","client_id":"\ud800"}}""", "ProfileInvalid", "no text")]
    [InlineData("""{"authentication":{"type":"user_oauth","credentials_path":"own.json"}}""", "ProfileInvalid", "must be a full path")]
    [InlineData("""{"authentication":{"type":"oidc_federation","identity_token":"a"}}""", "ProfileInvalid", "identity_token should be an object")]
    [InlineData("""{"authentication":{"type":"oidc_federation","identity_token":{"source":"vault"}}}""", "ProfileTokenSourceUnknown", "'vault'")]
    [InlineData("""{"authentication":{"type":"oidc_federation","identity_token":{"path":"/a"}}}""", "ProfileIncomplete", "identity_token.source")]
    [InlineData("""{"authentication":{"type":"oidc_federation","identity_token":{"source":"file"}}}""", "ProfileIncomplete", "identity_token.path")]
    [InlineData("""{"authentication":{"type":"oidc_federation","identity_token":{"source":"file","path":"token"}}}""", "ProfileInvalid", "must be a full path")]
    [InlineData("""{"authentication":{"type":"user_oauth"},"base_url":"http://api.example"}""", "AddressNotSecure", "Use https")]
    [InlineData("""{"authentication":{"type":"user_oauth"},"base_url":"api.example"}""", "AddressInvalid", "not a web address")]
    [InlineData("""{"authentication":{"type":"user_oauth"},"base_url":"http://["}""", "AddressInvalid", "base_url")]
    [InlineData("""{"authentication":{"type":"user_oauth"},"base_url":"https://me:word@api.example"}""", "AddressHoldsSecret", "user name")]
    public void A_profile_that_cannot_be_used_is_one_clear_error(string text, string id, string words) => Refuses(text, id, words);

    [Fact]
    public void A_newer_minor_version_is_read() => Assert.Equal("client-1", Load(OAuth.Replace("1.0", "1.7", StringComparison.Ordinal)).ClientId);

    [Fact]
    public void Plain_http_is_for_this_machine()
        => Assert.Equal(
            new Uri("http://127.0.0.1:8080/"),
            Load("""{"authentication":{"type":"user_oauth"},"base_url":"http://127.0.0.1:8080"}""").BaseUrl);

    [Fact]
    public void A_profile_that_is_not_there_names_those_that_are()
    {
        _folder.Write(OAuth, "configs", "work.json");
        _folder.Write(OAuth, "configs", "home.json");
        ClaudeBatchException some = Assert.Throws<ClaudeBatchException>(() => Profile.Load(Folder(), "wrok"));
        Directory.Delete(_folder["configs"], recursive: true);
        ClaudeBatchException none = Assert.Throws<ClaudeBatchException>(() => Profile.Load(Folder(), "wrok"));

        Assert.Equal("ProfileNotFound", some.Id);
        Assert.Contains("There are: home, work.", some.Message, StringComparison.Ordinal);
        Assert.Contains(_folder["configs", "wrok.json"], some.Message, StringComparison.Ordinal);
        Assert.Contains("There is none in", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_that_everybody_can_write_is_refused_and_one_of_a_group_is_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        const UnixFileMode usual = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead;
        string path = _folder.Write(OAuth, usual, "configs", "default.json");
        Profile read = Profile.Load(Folder(), "default");
        _folder.Write(OAuth, usual | UnixFileMode.OtherWrite, "configs", "default.json");
        ClaudeBatchException refusal = Assert.Throws<ClaudeBatchException>(() => Profile.Load(Folder(), "default"));

        Assert.Equal("client-1", read.ClientId);
        Assert.Equal("ProfileWritable", refusal.Id);
        Assert.EndsWith($"chmod o-w '{path}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_named()
    {
        Directory.CreateDirectory(_folder["configs", "default.json"]);

        Assert.Equal("ProfileUnreadable", Assert.Throws<ClaudeBatchException>(() => Profile.Load(Folder(), "default")).Id);
    }

    private Profile Load(string text, params (string, string)[] variables)
    {
        _folder.Write(text, "configs", "default.json");
        return Profile.Load(Folder(variables), "default");
    }

    private ProfileFolder Folder(params (string, string)[] variables)
        => ProfileFolder.Find(Tokens.Environment([("ANTHROPIC_CONFIG_DIR", _folder[""]), .. variables]))!;

    private void Refuses(string text, string id, string words)
    {
        ClaudeBatchException refusal = Assert.Throws<ClaudeBatchException>(() => Load(text));

        Assert.Equal(id, refusal.Id);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"'{_folder["configs", "default.json"]}'", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word@", refusal.Message, StringComparison.Ordinal);
    }
}
