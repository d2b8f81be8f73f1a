using System.Globalization;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Tests.Ledger;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class CredentialsFileTests : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // As the official TypeScript SDK writes it: two blanks a level, no line end.
    private const string Official = """
        {
          "version": "1.0",
          "type": "oauth_token",
          "access_token": "sk-ant-oat01-old",
          "expires_at": 1700000000,
          "refresh_token": "sk-ant-ort01-old",
          "scope": "user:inference",
          "organization_uuid": "00000000-0000-0000-0000-000000000000",
          "organization_name": "Example",
          "account_email": "someone@example.com"
        }
        """;

    private static readonly DateTimeOffset s_end = DateTimeOffset.FromUnixTimeSeconds(1800000000);

    private readonly OwnFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_the_official_SDKs_write_is_read_whole()
    {
        StoredCredentials read = File_(Official).Read()!;

        Assert.Equal("sk-ant-oat01-old", read.AccessToken);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), read.ExpiresAt);
        Assert.Equal("sk-ant-ort01-old", read.RefreshToken);
        Assert.Equal("user:inference", read.Scope);
        Assert.Equal("00000000-0000-0000-0000-000000000000", read.OrganizationId);
        Assert.Equal("Example", read.OrganizationName);
        Assert.Equal("someone@example.com", read.AccountEmail);
        Assert.Null(read.Warning);
        Assert.DoesNotContain("sk-ant", read.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"access_token":"a"}""", null)]
    [InlineData("""{"access_token":"a","expires_at":null}""", null)]
    [InlineData("""{"access_token":"a","expires_at":1700000000.9}""", 1700000000L)]
    public void Without_an_end_a_token_never_expires(string text, long? seconds)
        => Assert.Equal(seconds, File_(text).Read()!.ExpiresAt?.ToUnixTimeSeconds());

    [Fact]
    public void Without_a_file_there_is_nothing() => Assert.Null(new CredentialsFile(_folder["nowhere", "a.json"]).Read());

    [Fact]
    public void A_file_without_a_token_is_read_all_the_same() => Assert.Null(File_("""{"access_token":""}""").Read()!.AccessToken);

    [Theory]
    [InlineData("", "CredentialsFileInvalid", "line 1")]
    [InlineData("{\n\"access_token\": \"sk-ant-oat01-ol", "CredentialsFileInvalid", "line 2")]
    [InlineData("[]", "CredentialsFileInvalid", "no JSON object")]
    [InlineData("""{"access_token":7}""", "CredentialsFileInvalid", "access_token should be a text")]
    [InlineData("""{"access_token":"sk-ant\n"}""", null, "")]
    [InlineData("""{"access_token":"sk-ant oat"}""", "CredentialsFileInvalid", "characters that no token has")]
    [InlineData("""{"refresh_token":"sk-ant\r\nHost: a"}""", "CredentialsFileInvalid", "characters that no token has")]
    [InlineData("""{"scope":"\ud800"}""", "CredentialsFileInvalid", "no text")]
    [InlineData("""{"expires_at":"soon"}""", "CredentialsFileInvalid", "expires_at should be a number")]
    [InlineData("""{"type":"api_key"}""", "CredentialsFileInvalid", "'api_key'")]
    [InlineData("""{"version":"2.1"}""", "CredentialsFileTooNew", "version 2.1")]
    public void A_file_that_cannot_be_used_is_one_clear_error_and_is_left_as_it_is(string text, string? id, string words)
    {
        CredentialsFile file = File_(text);
        ClaudeBatchException? read = Record.Exception(() => file.Read()) as ClaudeBatchException;
        ClaudeBatchException? written = id is null ? null : Record.Exception(() => file.Write(new CredentialChanges("new", s_end))) as ClaudeBatchException;

        Assert.Equal(id, read?.Id);
        Assert.Equal(id, written?.Id);
        Assert.Contains(words, read?.Message ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("sk-ant", read?.ToString() ?? "", StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(file.Path));
        Assert.Single(Directory.GetFiles(_folder[""]));
    }

    [Fact]
    public void A_path_that_depends_on_the_folder_of_the_process_is_refused()
        => Assert.Equal("CredentialsFileUnreadable", Assert.Throws<ClaudeBatchException>(() => new CredentialsFile("a.json").Read()).Id);

    [Fact]
    public void New_tokens_take_the_place_of_the_old_and_all_else_stays_to_the_byte()
    {
        CredentialsFile file = File_("""{ "x":1.0e+02,"refresh_token" : "old","access_token":"a","n":{"a":[1,2.50]},"expires_at":1 , "z":"é"}""" + "\n");
        file.Write(new CredentialChanges("new", s_end) { RefreshToken = "newer" });

        Assert.Equal(
            """{ "x":1.0e+02,"refresh_token" : "newer","access_token":"new","n":{"a":[1,2.50]},"expires_at":1800000000 , "z":"é", "version":"1.0", "type":"oauth_token"}""" + "\n",
            File.ReadAllText(file.Path).Replace("\\u00E9", "é", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_file_is_as_the_official_SDKs_write_it()
    {
        CredentialsFile file = new(_folder["new", "credentials", "default.json"]);
        file.Write(new CredentialChanges("sk-ant-oat01-new", s_end) { Scope = "workspace:developer" });

        Assert.Equal(
            "{\n  \"version\": \"1.0\",\n  \"type\": \"oauth_token\",\n  \"access_token\": \"sk-ant-oat01-new\",\n  \"expires_at\": 1800000000,\n  \"scope\": \"workspace:developer\"\n}\n",
            File.ReadAllText(file.Path));
        Assert.Equal("sk-ant-oat01-new", file.Read()!.AccessToken);
        Assert.Equal(s_end, file.Read()!.ExpiresAt);
    }

    [Fact]
    public void A_token_that_never_expires_leaves_no_old_end_behind()
    {
        CredentialsFile file = File_(Official);
        file.Write(new CredentialChanges("new", null));

        Assert.Null(file.Read()!.ExpiresAt);
        Assert.Equal("sk-ant-ort01-old", file.Read()!.RefreshToken);
        Assert.Equal("someone@example.com", file.Read()!.AccountEmail);
    }

    [Fact]
    public void Whatever_else_is_in_the_file_stays_as_it_is_and_where_it_is() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(
            ArbMap.Default.ArbFor<(string Name, double Number, int Kind)[]>(),
            ArbMap.Default.ArbFor<bool>(),
            static (members, isIndented) =>
            {
                string json = JsonOf(members, isIndented);
                byte[] before = Encoding.UTF8.GetBytes(json);
                byte[] after = CredentialsFile.With(before, new CredentialChanges("new", s_end) { RefreshToken = "r" });
                string[] ours = ["version", "type", "access_token", "expires_at", "refresh_token"];
                (string Name, string Value)[] kept = [.. Members(before).Where(m => !ours.Contains(m.Name))];
                (string Name, string Value)[] there = [.. Members(after).Where(m => !ours.Contains(m.Name))];
                JsonElement read = JsonDocument.Parse(after, new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;
                return kept.SequenceEqual(there)
                    && read.GetProperty("access_token").GetString() == "new"
                    && read.GetProperty("refresh_token").GetString() == "r"
                    && read.GetProperty("expires_at").GetInt64() == s_end.ToUnixTimeSeconds()
                    && Members(before).Select(static m => m.Name).SequenceEqual(Members(after).Take(Members(before).Length).Select(static m => m.Name))
                    && CredentialsFile.With(after, new CredentialChanges("new", s_end) { RefreshToken = "r" }).AsSpan().SequenceEqual(after);
            }));

    [Fact]
    public void A_file_that_others_can_read_or_write_is_refused_with_the_command_that_mends_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        foreach ((UnixFileMode others, string can) in ((UnixFileMode, string)[])
            [(UnixFileMode.GroupRead, "read"), (UnixFileMode.OtherRead, "read"), (UnixFileMode.GroupWrite, "written"), (UnixFileMode.OtherWrite, "written")])
        {
            CredentialsFile file = new(_folder.Write(Official, Own | others, "it's.json"));
            ClaudeBatchException read = Assert.Throws<ClaudeBatchException>(() => file.Read());
            ClaudeBatchException written = Assert.Throws<ClaudeBatchException>(() => file.Write(new CredentialChanges("new", s_end)));

            Assert.Equal(("CredentialsFileOpen", FailureKind.Permission), (read.Id, read.Kind));
            Assert.Contains($"can be {can} by others", read.Message, StringComparison.Ordinal);
            Assert.EndsWith(@"chmod 600 '" + _folder["it"] + @"'\''s.json'", read.Message, StringComparison.Ordinal);
            Assert.Equal("CredentialsFileOpen", written.Id);
            Assert.Equal(Official, File.ReadAllText(file.Path));
        }
    }

    [Fact]
    public void What_is_written_is_for_its_owner_alone_and_nothing_gets_more_rights()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other rights.");
            return;
        }

        string path = _folder["made", "credentials", "a.json"];
        new CredentialsFile(path).Write(new CredentialChanges("new", s_end));
        string narrow = _folder.Write(Official, UnixFileMode.UserRead, "narrow.json");
        new CredentialsFile(narrow).Write(new CredentialChanges("new", s_end));

        Assert.Equal(Own, File.GetUnixFileMode(path));
        Assert.Equal(Own | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["made"]));
        Assert.Equal(Own | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["made", "credentials"]));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(narrow));
        Assert.Equal([path], Directory.GetFiles(_folder["made"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_link_stays_and_what_it_leads_to_is_written()
    {
        string target = _folder.Write(Official, "real", "a.json");
        File.CreateSymbolicLink(_folder["second.json"], Path.Combine("real", "a.json"));
        File.CreateSymbolicLink(_folder["link.json"], _folder["second.json"]);
        new CredentialsFile(_folder["link.json"]).Write(new CredentialChanges("new", s_end));

        Assert.Equal(_folder["second.json"], new FileInfo(_folder["link.json"]).LinkTarget);
        Assert.Null(new FileInfo(target).LinkTarget);
        Assert.Contains("\"access_token\": \"new\"", File.ReadAllText(target), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leads_to_no_file_yet_is_written_at_its_target()
    {
        File.CreateSymbolicLink(_folder["link.json"], _folder["real", "a.json"]);
        CredentialsFile file = new(_folder["link.json"]);
        StoredCredentials? before = file.Read();
        file.Write(new CredentialChanges("new", s_end));

        Assert.Null(before);
        Assert.Null(new FileInfo(_folder["real", "a.json"]).LinkTarget);
        Assert.Equal("new", file.Read()!.AccessToken);
    }

    [Fact]
    public void A_link_to_an_open_file_is_refused_by_the_files_rights()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        string target = _folder.Write(Official, Own | UnixFileMode.OtherRead, "real.json");
        File.CreateSymbolicLink(_folder["link.json"], target);

        Assert.EndsWith($"chmod 600 '{target}'", Assert.Throws<ClaudeBatchException>(() => new CredentialsFile(_folder["link.json"]).Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void That_it_cannot_be_written_is_known_before_a_token_is_used_up()
    {
        _folder.Write("a file", "in the way");
        ClaudeBatchException refusal = Assert.Throws<ClaudeBatchException>(
            () => new CredentialsFile(_folder["in the way", "credentials", "a.json"]).Prepare());

        Assert.Equal(("CredentialsNotWritable", FailureKind.Storage), (refusal.Id, refusal.Kind));
        Assert.Contains("Nothing was sent, and nothing is lost.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_this_user_may_not_write_is_known_before()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "This user may write everything.");
        CredentialsFile file = File_(Official);
        OwnFolder.SetMode(_folder[""], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        ClaudeBatchException? refusal = Record.Exception(file.Prepare) as ClaudeBatchException;
        OwnFolder.SetMode(_folder[""], Own | UnixFileMode.UserExecute);

        Assert.Equal("CredentialsNotWritable", refusal?.Id);
        Assert.Equal(Official, File.ReadAllText(file.Path));
    }

    [Fact(Skip = SmallDisk.Missing, SkipType = typeof(SmallDisk), SkipUnless = nameof(SmallDisk.CanMount))]
    public void A_full_disk_is_known_before_and_what_is_prepared_has_its_room()
    {
        using SmallDisk disk = new(megabytes: 1);
        CredentialsFile file = new(Path.Combine(disk.Path, "a.json"));
        using PreparedCredentials prepared = file.Prepare();
        disk.Fill();
        ClaudeBatchException refusal = Assert.Throws<ClaudeBatchException>(file.Prepare);
        int files = Directory.GetFiles(disk.Path, "a.json.*").Length;
        string large = new('x', 16_000);
        prepared.Commit(new CredentialChanges(large, s_end) { RefreshToken = large });

        Assert.Equal("CredentialsNotWritable", refusal.Id);
        Assert.Equal(1, files);
        Assert.Equal((large, large), (file.Read()!.AccessToken, file.Read()!.RefreshToken));
    }

    [Fact]
    public void What_root_makes_in_a_users_folder_is_that_users()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give files away.");
        Assert.True(UnixFiles.Give(_folder[""], (1234, 1235)));
        string path = _folder["credentials", "a.json"];
        new CredentialsFile(path).Write(new CredentialChanges("new", s_end));

        Assert.Equal((1234u, 1235u), UnixFiles.OwnerOf(path));
        Assert.Equal((1234u, 1235u), UnixFiles.OwnerOf(_folder["credentials"]));
    }

    [Fact]
    public void What_was_prepared_and_not_written_leaves_nothing_behind()
    {
        CredentialsFile file = File_(Official);
        using (file.Prepare())
        {
            Assert.Equal(2, Directory.GetFiles(_folder[""]).Length);
        }

        Assert.Equal([file.Path], Directory.GetFiles(_folder[""]));
        Assert.Equal(Official, File.ReadAllText(file.Path));
    }

    [Theory]
    [InlineData("""{"access_token":"theirs","mine":7}""", "mine")]
    [InlineData("{\"access_tok", "organization_name")]
    [InlineData(null, "organization_name")]
    public void What_somebody_else_has_written_meanwhile_is_kept_where_it_can_be_read(string? meanwhile, string kept)
    {
        CredentialsFile file = File_(Official);
        using PreparedCredentials prepared = file.Prepare();
        if (meanwhile is null)
        {
            File.Delete(file.Path);
        }
        else
        {
            File.WriteAllText(file.Path, meanwhile);
        }

        prepared.Commit(new CredentialChanges("new", s_end) { RefreshToken = "newer" });

        Assert.Equal(("new", "newer"), (file.Read()!.AccessToken, file.Read()!.RefreshToken));
        Assert.Contains(kept, File.ReadAllText(file.Path), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => prepared.Commit(new CredentialChanges("again", s_end)));
    }

    [Fact]
    public void A_file_of_somebody_else_stays_theirs_and_is_warned_of()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give files away.");
        CredentialsFile file = File_(Official);
        Assert.True(UnixFiles.Give(file.Path, (1234, 1235)));
        string? warning = file.Read()!.Warning;
        file.Write(new CredentialChanges("new", s_end));

        Assert.Contains("belongs to the user with the number 1234, and this is 0", warning, StringComparison.Ordinal);
        Assert.Equal((1234u, 1235u), UnixFiles.OwnerOf(file.Path));
        Assert.Equal("new", file.Read()!.AccessToken);
    }

    private static string JsonOf((string Name, double Number, int Kind)[] members, bool isIndented)
    {
        string[] known = ["access_token", "refresh_token", "expires_at", "type", "access\\u005ftoken", "\\ud800", "a\\\"b"];
        IEnumerable<string> texts = members.Select(m =>
        {
            string name = (m.Kind & 1) == 0 ? JsonSerializer.Serialize(m.Name ?? "") : $"\"{known[(m.Kind & 0x7FFFFFFF) % known.Length]}\"";
            string number = double.IsFinite(m.Number) ? m.Number.ToString("R", CultureInfo.InvariantCulture) : "1.50e+02";
            string value = (m.Kind & 6) switch { 0 => number, 2 => $"[ {number},{{\"x\" :null}}]", 4 => "\"\\u00e9\\/\"", _ => "true" };
            return isIndented ? $"\n    {name} : {value}" : $"{name}:{value}";
        });
        return "{" + string.Join(",", texts) + (isIndented ? "\n}" : "}");
    }

    private static (string Name, string Value)[] Members(byte[] json)
    {
        JsonMembers members = new();
        Assert.True(members.TryRead(json));
        return [.. Enumerable.Range(0, members.Count).Select(i => (
            Encoding.UTF8.GetString(json[members.Name(i)])[1..^1].Replace("\\u005f", "_", StringComparison.Ordinal),
            Encoding.UTF8.GetString(json[members.Value(i)])))];
    }

    private CredentialsFile File_(string text) => new(_folder.Write(text, "default.json"));
}
