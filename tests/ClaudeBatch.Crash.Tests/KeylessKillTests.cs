using ClaudeBatch.Emulator;

namespace ClaudeBatch.Crash.Tests;

/// <summary>Processes without a key that are killed while they get a token, or between a refused create and its second sending.</summary>
public sealed class KeylessKillTests
{
    private const string OnePart = "--rows 2 --rows-per-part 2";

    [Theory]
    [InlineData("exchange-noted", 0)]
    [InlineData("token-given", 1)]
    [InlineData("credentials-flushed", 1)]
    public async Task Killed_before_the_token_of_an_exchange_is_stored(string place, int exchanges)
    {
        await using KeylessScene keyless = await KeylessScene.StartAsync();
        await keyless.Scene.KillAtAsync($"submit {OnePart} {keyless.ByRule}", place);
        Assert.Equal(exchanges, keyless.Exchanges().Count);

        string same = await keyless.Scene.RunAsync($"submit {OnePart} {keyless.ByRule}");
        Assert.Contains("IdentityTokenUsed: The identity token from the file", same, StringComparison.Ordinal);
        Assert.Contains("was sent, and no access token came, at", same, StringComparison.Ordinal);
        Assert.Contains("Have a fresh token written to", same, StringComparison.Ordinal);
        Assert.Equal(exchanges, keyless.Exchanges().Count);

        keyless.Rotate();
        await AssertGoesOnAsync(keyless, keyless.ByRule);
        Assert.Equal(exchanges + 1, keyless.Exchanges().Count);
        Assert.All(keyless.Exchanges(), Assert.Null);
    }

    [Fact]
    public async Task Killed_after_the_token_of_an_exchange_is_stored()
    {
        await using KeylessScene keyless = await KeylessScene.StartAsync();
        await keyless.Scene.KillAtAsync($"submit {OnePart} {keyless.ByRule}", "token-stored");

        await AssertGoesOnAsync(keyless, keyless.ByRule);

        Assert.Single(keyless.Exchanges());
    }

    [Theory]
    [InlineData("token-given")]
    [InlineData("credentials-flushed")]
    public async Task Killed_after_a_refresh_token_was_used_and_before_its_successor_is_stored(string place)
    {
        await using KeylessScene keyless = await KeylessScene.StartAsync();
        await keyless.Scene.KillAtAsync($"submit {OnePart} {keyless.ByProfile}", place);

        string next = await keyless.Scene.RunAsync($"submit {OnePart} {keyless.ByProfile}");

        Assert.Contains("TokenExchangeRefused", next, StringComparison.Ordinal);
        Assert.Contains("Sign in again: ant auth login --profile default", next, StringComparison.Ordinal);
        Assert.Empty(keyless.Scene.IdsAtService());
        Assert.Contains("sk-ant-ort01-first", await File.ReadAllTextAsync(keyless.Credentials), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refresh-prepared")]
    [InlineData("token-stored")]
    public async Task Killed_before_a_refresh_token_is_used_or_after_its_successor_is_stored(string place)
    {
        await using KeylessScene keyless = await KeylessScene.StartAsync();
        await keyless.Scene.KillAtAsync($"submit {OnePart} {keyless.ByProfile}", place);

        await AssertGoesOnAsync(keyless, keyless.ByProfile);

        Assert.Single(keyless.Exchanges());
    }

    [Theory]
    [InlineData("reply-received", "intent-recorded")]
    [InlineData("reply-recorded", "reply-received")]
    [InlineData("intent-recorded", "reply-recorded")]
    [InlineData("holding-last-byte", "reply-recorded")]
    [InlineData("last-byte-sent", "reply-recorded")]
    public async Task Killed_between_a_create_that_is_refused_for_its_token_and_the_reply_to_the_second(string place, string after)
    {
        await using KeylessScene keyless = await KeylessScene.StartAsync(new EmulatorFault(FaultKind.TokenRevoked) { Skip = 1 });
        keyless.Rotate(isForOnce: false);
        await keyless.Scene.KillAtAsync($"submit {OnePart} {keyless.ByRule} --after {after}", place);

        await AssertGoesOnAsync(keyless, keyless.ByRule);

        Assert.Equal(2, keyless.Exchanges().Count);
    }

    [Fact]
    public async Task Four_processes_that_start_without_a_token_make_one_exchange()
    {
        await using KeylessScene keyless = await KeylessScene.StartAsync();
        Scene[] others = [.. Enumerable.Range(1, 4).Select(i => keyless.Scene.WithAnotherLedger($"ledger-{i}"))];

        string[] ends = await Task.WhenAll(others.Select((s, i) => s.RunAsync($"finish --rows {i + 1} --rows-per-part 10 {keyless.ByRule}")));

        Assert.All(ends, static (end, i) => Assert.Contains($"succeeded {i + 1} of {i + 1}", end, StringComparison.Ordinal));
        Assert.Single(keyless.Exchanges());
        foreach (Scene other in others)
        {
            await other.DisposeAsync();
        }
    }

    private static async Task AssertGoesOnAsync(KeylessScene keyless, string credential)
    {
        string end = await keyless.Scene.RunAsync($"finish {OnePart} {credential}");

        Assert.Contains("reconciled True", end, StringComparison.Ordinal);
        Assert.Contains("succeeded 2 of 2", end, StringComparison.Ordinal);
        Assert.Equal([1, 1], keyless.Scene.IdsAtService().Values);
    }
}
