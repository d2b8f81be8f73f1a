using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator.Identity;

/// <summary>The claims of a JSON Web Token whose signature is an issuer's.</summary>
internal sealed record Assertion
{
    /// <summary>The longest token in bytes.</summary>
    private const int Longest = 16 * 1024;

    private static readonly TimeSpan s_leeway = TimeSpan.FromSeconds(30);

    public required string Subject { get; init; }

    public required string[] Audiences { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The claim <c>jti</c>; null where the token has none.</summary>
    public string? TokenId { get; init; }

    /// <summary>The time until which a token with the same <c>jti</c> would be taken.</summary>
    public DateTimeOffset TakenUntil => ExpiresAt + s_leeway;

    /// <summary>Reads a token and verifies it.</summary>
    /// <exception cref="ExchangeRefusal">It is no token, it is not the issuer's, or it is not valid at this time.</exception>
    public static Assertion Read(string token, EmulatorIssuer issuer, DateTimeOffset now)
    {
        try
        {
            if (token.Length > Longest)
            {
                throw new ExchangeRefusal("The token is larger than 16 KiB.");
            }

            string[] parts = token.Split('.');
            if (parts.Length != 3)
            {
                throw new ExchangeRefusal("The assertion is no signed JSON Web Token.");
            }

            Verify(parts, issuer);
            using JsonDocument payload = JsonDocument.Parse(UrlText.Decode(parts[1]));
            return Valid(payload.RootElement, issuer, now);
        }
        catch (Exception e) when (e is CryptographicException || EmulatedReply.IsOfOddJson(e))
        {
            throw new ExchangeRefusal($"The token is malformed: {e.Message}");
        }
    }

    private static void Verify(string[] parts, EmulatorIssuer issuer)
    {
        using JsonDocument header = JsonDocument.Parse(UrlText.Decode(parts[0]));
        string? algorithm = Text(header.RootElement, "alg");
        string keyId = Text(header.RootElement, "kid") ?? throw new ExchangeRefusal("The token's header has no kid.");
        PublicJsonWebKey key = issuer.KeySet().FirstOrDefault(k => k.Id == keyId)
            ?? throw new ExchangeRefusal($"The issuer has no key '{keyId}'.");
        if (!key.Signed(algorithm ?? string.Empty, Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), UrlText.Decode(parts[2])))
        {
            throw new ExchangeRefusal($"The signature ({algorithm}) is not that of the key '{keyId}'.");
        }
    }

    private static Assertion Valid(JsonElement claims, EmulatorIssuer issuer, DateTimeOffset now)
    {
        if (Text(claims, "iss") is not { } from || from != issuer.Issuer)
        {
            throw new ExchangeRefusal("The claim iss is not the issuer of the rule.");
        }

        Assertion assertion = new()
        {
            Subject = Text(claims, "sub") ?? throw new ExchangeRefusal("The token has no sub."),
            Audiences = Audience(claims),
            IssuedAt = Time(claims, "iat") ?? throw new ExchangeRefusal("The token has no iat."),
            ExpiresAt = Time(claims, "exp") ?? throw new ExchangeRefusal("The token has no exp."),
            TokenId = Text(claims, "jti"),
        };
        if (now >= assertion.ExpiresAt + s_leeway)
        {
            throw new ExchangeRefusal("The token has expired.");
        }

        if (now < assertion.IssuedAt - s_leeway || (Time(claims, "nbf") is { } begin && now < begin - s_leeway))
        {
            throw new ExchangeRefusal("The token is not valid yet.");
        }

        return assertion.ExpiresAt - assertion.IssuedAt <= issuer.MaxLifetime
            ? assertion
            : throw new ExchangeRefusal("The token lives longer than the issuer's MaxLifetime.");
    }

    private static string? Text(JsonElement claims, string name)
        => claims.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement claims, string name)
        => claims.TryGetProperty(name, out JsonElement value) ? DateTimeOffset.UnixEpoch.AddSeconds(value.GetDouble()) : null;

    private static string[] Audience(JsonElement claims) => claims.TryGetProperty("aud", out JsonElement value)
        ? value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(static a => a.GetString()!)] : [value.GetString()!]
        : [];
}
