using System.Net.Http.Headers;
using System.Threading.Channels;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Identity;

/// <summary>
/// A credential whose access token runs out and is renewed: early, once for all callers, and in the background where no script has to run.
/// </summary>
/// <remarks>
/// The times are those of the official SDKs, but for a token that lives shorter than four minutes, which with theirs would be renewed at each
/// call: it is used for half of its life first.
/// </remarks>
/// <param name="source">Where the tokens come from.</param>
/// <param name="clock">Tells how long a token has left.</param>
public sealed class TokenCredential(TokenSource source, TimeProvider clock) : ServiceCredential
{
    /// <summary>The service takes such a token only with this beta, as the official SDKs send it.</summary>
    internal const string Beta = "oauth-2025-04-20";

    private static readonly TimeSpan s_early = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    // Who has taken what is in it renews the token; it needs no disposal.
    private readonly Channel<bool> _turn = OneTurn();

    private readonly SecretKeeper _secrets = new();

    private volatile Held? _held;

    private volatile string? _refused;

    private long _notBefore;

    private volatile Task _behind = Task.CompletedTask;

    /// <summary>Where the tokens come from.</summary>
    public TokenSource Source => source;

    public override bool NamesWorkspace => source.NamesWorkspace;

    public override string Advice => source.Advice;

    /// <summary>The token that is used now; null where none was needed yet.</summary>
    public AccessToken? Current => _held?.Token;

    /// <summary>Takes out something that the user is to be warned of once; null where there is nothing.</summary>
    public string? NextWarning() => _secrets.NextWarning();

    /// <summary>
    /// Waits for a renewal that goes on behind the calls, because a process that ends meanwhile would use an identity token up for nothing.
    /// </summary>
    /// <param name="limit">The longest time to wait.</param>
    public void Finish(TimeSpan limit) => Task.WaitAny([_behind], limit);

    public override string ToString() => "access token";

    public override string WithoutSecret(string text) => _secrets.Remove(text);

    public override async ValueTask ApplyAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> bodyDigest, CancellationToken cancellationToken)
    {
        AccessToken token = await GetAsync(isStep: !IsCreate(request), isEarly: false, cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Text);
        string[] betas = request.Headers.TryGetValues("anthropic-beta", out IEnumerable<string>? given) ? [.. given] : [];
        if (!betas.Any(static b => b.Split(',').Contains(Beta)))
        {
            request.Headers.Remove("anthropic-beta");
            request.Headers.TryAddWithoutValidation("anthropic-beta", string.Join(',', [.. betas, Beta]));
        }
    }

    public override async ValueTask PrepareAsync(CancellationToken cancellationToken)
        => await GetAsync(isStep: true, isEarly: true, cancellationToken).ConfigureAwait(false);

    public override async ValueTask<Renewal> RenewAsync(HttpRequestMessage refused, CancellationToken cancellationToken)
    {
        string? token = refused.Headers.Authorization?.Parameter;
        if (token is null)
        {
            return Renewal.None;
        }

        _refused = token;
        if (source.NeedsPipeline && IsCreate(refused))
        {
            return Renewal.Later;
        }

        await GetAsync(isStep: true, isEarly: false, cancellationToken).ConfigureAwait(false);
        return Renewal.Done;
    }

    // A create is the middle of a step: no script runs between its intent and its last byte.
    private static bool IsCreate(HttpRequestMessage request) => request.Options.TryGetValue(EarlyReply.Key, out _);

    private async ValueTask<AccessToken> GetAsync(bool isStep, bool isEarly, CancellationToken cancellationToken)
    {
        Held? held = Usable();
        DateTimeOffset now = clock.GetUtcNow();
        // Whoever has a token that lasts does not wait for the one who renews it.
        if (held is not null && (held.IsFresh(now) || (!isEarly && held.IsEnough(now) && (!_turn.Reader.TryPeek(out _) || IsPausing(now)))))
        {
            return held.Token;
        }

        await _turn.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        bool isMine = true;
        try
        {
            now = clock.GetUtcNow();
            held = Reread(now);
            bool isEnough = held?.IsEnough(now) == true;
            bool mayObtain = isStep || !source.NeedsPipeline;
            if (held is not null && (held.IsFresh(now) || (isEnough && !isEarly && (source.NeedsPipeline || IsPausing(now)))))
            {
                return held.Token;
            }

            if (isEnough && !isEarly)
            {
                isMine = false; // the renewal lets go of it
                _behind = Task.Run(RenewBehindAsync, CancellationToken.None);
                return held!.Token;
            }

            return mayObtain ? await ObtainAsync(held, cancellationToken).ConfigureAwait(false)
                : held?.IsAlive(now) == true ? held.Token
                : throw Due();
        }
        finally
        {
            if (isMine)
            {
                _turn.Writer.TryWrite(true);
            }
        }
    }

    // A token that still lives is used while no other is to be had.
    private async Task<AccessToken> ObtainAsync(Held? held, CancellationToken cancellationToken)
    {
        try
        {
            AccessToken token = await source.ObtainAsync(IsOld, _secrets, cancellationToken).ConfigureAwait(false);
            _held = new Held(token, clock.GetUtcNow());
            return token;
        }
        catch (ClaudeBatchException) when (held?.IsAlive(clock.GetUtcNow()) == true)
        {
            Pause();
            return held.Token;
        }
        catch (ClaudeBatchException failure) when (held is null && _refused is not null)
        {
            throw new ClaudeBatchException(
                failure.Kind,
                failure.Id,
                $"The service has refused the access token, and there is no other. {failure.Message}",
                failure)
            {
                Cause = failure.Cause,
                Target = failure.Target,
                RequestId = failure.RequestId,
                IsTransient = failure.IsTransient,
            };
        }
    }

    private async Task RenewBehindAsync()
    {
        try
        {
            _held = new Held(
                await source.ObtainAsync(IsOld, _secrets, CancellationToken.None).ConfigureAwait(false), clock.GetUtcNow());
        }
        catch (ClaudeBatchException)
        {
            // The token lasts for a while; whoever needs one after that is told why there is none.
            Pause();
        }
        finally
        {
            _turn.Writer.TryWrite(true);
        }
    }

    private static Channel<bool> OneTurn()
    {
        Channel<bool> turn = Channel.CreateBounded<bool>(1);
        turn.Writer.TryWrite(true);
        return turn;
    }

    private void Pause() => Volatile.Write(ref _notBefore, (clock.GetUtcNow() + s_pause).UtcTicks);

    private bool IsPausing(DateTimeOffset now) => now.UtcTicks < Volatile.Read(ref _notBefore);

    private Held? Usable() => _held is { } held && held.Token.Text != _refused ? held : null;

    private bool IsOld(string token) => token == _refused || token == _held?.Token.Text;

    // Another process may have renewed the token.
    private Held? Reread(DateTimeOffset now)
    {
        Held? held = Usable();
        if (held?.IsFresh(now) != true && source.Read(_secrets) is { } kept && kept.Text != _refused && kept.Text != held?.Token.Text)
        {
            _held = held = new Held(kept, now);
        }

        return held;
    }

    private ClaudeBatchException Due() => new(
        FailureKind.Busy,
        "CredentialExpired",
        $"The access token has run out in the middle of a step, and a new one takes {source.Description}, which does not run there. Nothing was "
            + "sent; the next step gets one first.")
    { IsTransient = true };

    /// <summary>A token, and when it is to be renewed.</summary>
    private sealed class Held(AccessToken token, DateTimeOffset seen)
    {
        private readonly TimeSpan _early = token.ExpiresAt is { } end && (end - seen) / 2 < s_early ? (end - seen) / 2 : s_early;

        public AccessToken Token => token;

        public bool IsFresh(DateTimeOffset now) => token.Left(now) > _early && IsEnough(now);

        public bool IsEnough(DateTimeOffset now) => token.Left(now) > AccessToken.Least;

        public bool IsAlive(DateTimeOffset now) => token.Left(now) > TimeSpan.FromSeconds(1);
    }
}
