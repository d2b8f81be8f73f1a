using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class ProfileFolderTests : IDisposable
{
    private readonly OwnFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_where_the_official_SDKs_have_it_and_empty_is_absent()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has it elsewhere.");
        (string, string) home = ("HOME", "/home/a");
        (string, string) xdg = ("XDG_CONFIG_HOME", "/home/a/conf");

        Assert.Equal("/home/a/.config/anthropic", Find(home));
        Assert.Equal("/home/a/conf/anthropic", Find(home, xdg));
        Assert.Equal("/srv/profiles", Find(home, xdg, ("ANTHROPIC_CONFIG_DIR", "/srv/profiles")));
        Assert.Equal("/home/a/.config/anthropic", Find(home, ("XDG_CONFIG_HOME", ""), ("ANTHROPIC_CONFIG_DIR", " ")));
        Assert.Null(Find());
    }

    [Fact]
    public void On_Windows_it_is_in_the_data_of_applications()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Others have it elsewhere.");

        Assert.Equal(@"C:\Data\Anthropic", Find(("APPDATA", @"C:\Data"), ("USERPROFILE", @"C:\Me")));
        Assert.Equal(@"C:\Me\AppData\Roaming\Anthropic", Find(("USERPROFILE", @"C:\Me")));
    }

    [Fact]
    public void A_folder_that_depends_on_that_of_the_process_is_refused()
        => Assert.Equal("ProfileFolderInvalid", Assert.Throws<ClaudeBatchException>(() => Find(("ANTHROPIC_CONFIG_DIR", "profiles"))).Id);

    [Theory]
    [InlineData(null, "default")]
    [InlineData("", "default")]
    [InlineData(" \n", "default")]
    [InlineData("work\n", "work")]
    [InlineData("\uFEFFa.b-c_9", "a.b-c_9")]
    public void The_active_profile_is_one_line_in_a_file(string? text, string name)
    {
        if (text is not null)
        {
            _folder.Write(text, "active_config");
        }

        Assert.Equal(name, Own().ActiveName);
    }

    [Theory]
    [InlineData("../secrets")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("one\ntwo")]
    [InlineData("ä")]
    public void A_name_that_no_profile_can_have_is_refused_wherever_it_comes_from(string name)
    {
        _folder.Write(name, "active_config");
        ClaudeBatchException active = Assert.Throws<ClaudeBatchException>(() => Own().ActiveName);

        Assert.Equal("ProfileNameInvalid", active.Id);
        Assert.Contains(_folder["active_config"], active.Message, StringComparison.Ordinal);
        Assert.Equal("ProfileNameInvalid", Assert.Throws<ClaudeBatchException>(() => Own().Exists(name)).Id);
        Assert.Equal("ProfileNameInvalid", Assert.Throws<ClaudeBatchException>(() => Profile.Load(Own(), name + "\n")).Id);
        Assert.Equal("ProfileNameInvalid", Assert.Throws<ClaudeBatchException>(() => Own().Exists("")).Id);
    }

    [Fact]
    public void The_profiles_there_are_are_listed_in_order()
    {
        IReadOnlyList<string> before = Own().Names();
        foreach (string file in (string[])["b.json", "a.json", "B.json", "no profile.json", "c.json.bak", ".json"])
        {
            _folder.Write("{}", "configs", file);
        }

        Assert.Empty(before);
        Assert.Equal(["B", "a", "b"], Own().Names());
        Assert.True(Own().Exists("a"));
        Assert.False(Own().Exists("c"));
    }

    private static string? Find(params (string, string)[] variables) => ProfileFolder.Find(Tokens.Environment(variables))?.Root;

    private ProfileFolder Own() => ProfileFolder.Find(Tokens.Environment(("ANTHROPIC_CONFIG_DIR", _folder[""])))!;
}
