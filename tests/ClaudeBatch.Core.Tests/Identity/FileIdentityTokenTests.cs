using System.Diagnostics;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class FileIdentityTokenTests : IDisposable
{
    private readonly OwnFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_is_read_anew_each_time_and_blanks_around_the_token_do_not_count()
    {
        string path = _folder.Write($"\uFEFF  {Tokens.Of()}\r\n", "token");
        FileIdentityToken source = new(path);
        string first = await source.ReadAsync(default);
        string other = Tokens.Of("""{"jti":"two"}""");
        File.WriteAllText(path, other);

        Assert.Equal(Tokens.Of(), first);
        Assert.Equal(other, await source.ReadAsync(default));
        Assert.Contains(path, source.Description, StringComparison.Ordinal);
        Assert.Contains(path, source.HowToRefresh, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "IdentityTokenMissing", "is empty")]
    [InlineData(" \n", "IdentityTokenMissing", "is empty")]
    [InlineData("sk-ant-api03-key", "IdentityTokenInvalid", "no identity token")]
    [InlineData("<html>", "IdentityTokenInvalid", "no identity token")]
    public async Task What_cannot_be_a_token_is_not_given(string text, string id, string words)
    {
        string path = _folder.Write(text, "token");

        await RefusesAsync(path, id, words);
    }

    [Fact]
    public async Task A_token_has_at_most_16_KiB()
    {
        string most = $"{Tokens.Part("{}")}.{Tokens.Part("{}")}.";
        most += new string('A', IdentityTokenSource.MostBytes - most.Length);

        Assert.Equal(most, await new FileIdentityToken(_folder.Write(most + "\n", "token")).ReadAsync(default));
        await RefusesAsync(_folder.Write(most + "A", "token"), "IdentityTokenTooLarge", "16 KiB");
        await RefusesAsync(_folder.Write(new string('A', 1_000_000), "token"), "IdentityTokenTooLarge", "16 KiB");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named_and_so_is_a_folder()
    {
        await RefusesAsync(_folder["nowhere", "token"], "IdentityTokenMissing", "does not exist");
        await RefusesAsync(_folder[""], "IdentityTokenUnreadable", "it is a folder");
    }

    [Fact]
    public async Task A_path_that_depends_on_the_folder_of_the_process_is_refused()
        => await RefusesAsync("token", "IdentityTokenUnreadable", "full path");

    [Fact]
    public async Task A_file_without_the_right_to_read_it_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "This user may read everything.");
        await RefusesAsync(_folder.Write(Tokens.Of(), UnixFileMode.None, "token"), "IdentityTokenUnreadable", "no right");
    }

    [Fact]
    public async Task A_pipe_is_refused_and_nobody_waits_for_what_comes_out_of_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It is told on Linux alone.");
        string path = Path.Combine(Path.GetTempPath(), $"claudebatch-pipe-{Guid.NewGuid():N}");
        using (Process made = Process.Start("mkfifo", path))
        {
            await made.WaitForExitAsync();
        }

        try
        {
            await RefusesAsync(path, "IdentityTokenUnreadable", "it is a pipe");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_variable_is_read_anew_and_empty_is_not_set()
    {
        string? value = "  ";
        VariableIdentityToken source = new("MY_TOKEN", new EnvironmentVariables(name => name == "MY_TOKEN" ? value : null));
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(async () => await source.ReadAsync(default));
        value = Tokens.Of() + "\n";

        Assert.Equal(Tokens.Of(), await source.ReadAsync(default));
        Assert.Equal("IdentityTokenMissing", refusal.Id);
        Assert.Contains("MY_TOKEN", refusal.Message, StringComparison.Ordinal);
        Assert.False(source.NeedsPipeline);
    }

    private static async Task RefusesAsync(string path, string id, string words)
    {
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(
            async () => await new FileIdentityToken(path).ReadAsync(default));

        Assert.Equal(id, refusal.Id);
        Assert.Equal(FailureKind.Authentication, refusal.Kind);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-ant", refusal.ToString(), StringComparison.Ordinal);
    }
}
