using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>An access token that something else gives and renews. It is sent in the header <c>Authorization</c> as <c>Bearer</c>.</summary>
/// <param name="token">Gives the token. It is called by one request at a time.</param>
/// <param name="keepFor">How long a token is used before it is asked for again; zero where whoever gives it keeps it.</param>
/// <param name="clock">Measures that time.</param>
/// <param name="advice">What to do where the service does not take the token, as whole sentences.</param>
public sealed class AccessTokenCredential(
    Func<CancellationToken, ValueTask<string>> token, TimeSpan keepFor, TimeProvider clock, string advice) : ServiceCredential, IDisposable
{
    private readonly RecentSecrets _tokens = new();

    private readonly SemaphoreSlim _turn = new(1, 1);

    private (string Token, DateTimeOffset Until)? _kept;

    public override string Advice => advice;

    public override string ToString() => "access token";

    public override string WithoutSecret(string text) => _tokens.RemoveFrom(text);

    public void Dispose() => _turn.Dispose();

    public override async ValueTask ApplyAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> bodyDigest, CancellationToken cancellationToken)
        => request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer", await GetAsync(mayBeOld: IsCreate(request), cancellationToken).ConfigureAwait(false));

    public override async ValueTask PrepareAsync(CancellationToken cancellationToken)
        => await GetAsync(mayBeOld: false, cancellationToken).ConfigureAwait(false);

    /// <summary>Asks for another token. Within a create none is asked for: the next step does.</summary>
    public override async ValueTask<Renewal> RenewAsync(HttpRequestMessage refused, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        _kept = null;
        _turn.Release();
        return IsCreate(refused) ? Renewal.Later : Renewal.Done;
    }

    // A create is the middle of a step, in which no script runs: the token of its beginning is used.
    private static bool IsCreate(HttpRequestMessage request) => request.Options.TryGetValue(EarlyReply.Key, out _);

    private async ValueTask<string> GetAsync(bool mayBeOld, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_kept is not { } kept || (clock.GetUtcNow() >= kept.Until && !mayBeOld))
            {
                string given = Checked(await token(cancellationToken).ConfigureAwait(false));
                _tokens.Add(given);
                _kept = kept = (given, clock.GetUtcNow() + keepFor);
            }

            return kept.Token;
        }
        finally
        {
            _turn.Release();
        }
    }

    // A token with a line break would otherwise fail deep inside the HTTP stack, with the token in the message.
    private static string Checked(string? given)
    {
        string text = given?.Trim() ?? string.Empty;
        return text.Length > 0 && text.All(static c => c is > ' ' and <= '~')
            ? text
            : throw new ClaudeBatchException(
                FailureKind.Authentication,
                "AccessTokenInvalid",
                text.Length == 0
                    ? "The access token is empty: what was to give one has given no text. Nothing was sent."
                    : "The access token holds a space, a line break or another character that no token has: give one token and nothing "
                        + "beside it. Nothing was sent.");
    }
}
