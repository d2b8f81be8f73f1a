using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator.Identity;

/// <summary>Keeps the tokens of the emulated account in its state folder.</summary>
internal sealed class TokenBook(string stateFolder, BatchStore store, TimeProvider clock)
{
    private const int LongestHistory = 100;

    private string File => Path.Combine(stateFolder, "tokens");

    public static string Digest(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Gives an access token that was issued, whatever has become of it; null for one that was not.</summary>
    public IssuedToken? Find(string token) => Read().Tokens.GetValueOrDefault(Digest(token));

    /// <summary>Reads the state, lets the work change it, and writes it, while no other process does.</summary>
    public Task<T> ChangeAsync<T>(Func<TokenState, T> work, CancellationToken cancellationToken) => store.AloneAsync(
        () =>
        {
            TokenState state = Read();
            T result = work(state);
            Write(state);
            return result;
        },
        cancellationToken);

    /// <summary>Adds a line to the account's history.</summary>
    public void Tell(TokenState state, string of, string? refusal)
    {
        state.History.Add(new ExchangeEntry(clock.GetUtcNow(), of, refusal));
        state.History.RemoveRange(0, Math.Max(0, state.History.Count - LongestHistory));
    }

    public Task RevokeAllAsync(CancellationToken cancellationToken) => ChangeAsync(
        static state =>
        {
            foreach ((string digest, IssuedToken token) in state.Tokens)
            {
                state.Tokens[digest] = token with { IsRevoked = true };
            }

            return true;
        },
        cancellationToken);

    private TokenState Read()
    {
        try
        {
            using FileStream file = new(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize(file, TokenJson.Default.TokenState)!;
        }
        catch (FileNotFoundException)
        {
            return new TokenState();
        }
    }

    private void Write(TokenState state)
    {
        DateTimeOffset now = clock.GetUtcNow();
        Forget(state.Tokens, t => t.ExpiresAt < now);
        Forget(state.Taken, until => until < now);
        System.IO.File.WriteAllBytes(File + ".new", JsonSerializer.SerializeToUtf8Bytes(state, TokenJson.Default.TokenState));
        System.IO.File.Move(File + ".new", File, overwrite: true);
    }

    // What is over changes no answer any more: a token that is not known is refused as an expired one is.
    private static void Forget<T>(Dictionary<string, T> entries, Func<T, bool> isOver)
    {
        foreach (string key in entries.Where(e => isOver(e.Value)).Select(static e => e.Key).ToList())
        {
            entries.Remove(key);
        }
    }
}
