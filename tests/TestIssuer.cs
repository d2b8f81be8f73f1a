using System.Collections;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClaudeBatch.Tests;

/// <summary>An identity provider for tests: it has a key pair, publishes the public key, and signs tokens with any claims.</summary>
public sealed class TestIssuer : IDisposable
{
    private readonly string _algorithm;

    private readonly AsymmetricAlgorithm _key;

    private int _tokens;

    /// <param name="issuer">The claim <c>iss</c> of its tokens.</param>
    /// <param name="algorithm">RS, PS or ES with 256, 384 or 512.</param>
    /// <param name="keyId">The id of its key.</param>
    public TestIssuer(string issuer = "https://issuer.example", string algorithm = "ES256", string keyId = "key-1")
    {
        Issuer = issuer;
        KeyId = keyId;
        _algorithm = algorithm;
        _key = algorithm.StartsWith("ES", StringComparison.Ordinal) ? ECDsa.Create(Curve(algorithm)) : RSA.Create(2048);
    }

    public string Issuer { get; }

    public string KeyId { get; }

    /// <summary>The public key as a table of a JSON Web Key, as a plan takes it.</summary>
    public Hashtable Key
    {
        get
        {
            Hashtable key = new() { ["kid"] = KeyId, ["alg"] = _algorithm, ["use"] = "sig" };
            if (_key is ECDsa curve)
            {
                ECParameters parameters = curve.ExportParameters(includePrivateParameters: false);
                (key["kty"], key["crv"]) = ("EC", _algorithm switch { "ES256" => "P-256", "ES384" => "P-384", _ => "P-521" });
                (key["x"], key["y"]) = (Url(parameters.Q.X!), Url(parameters.Q.Y!));
            }
            else
            {
                RSAParameters parameters = ((RSA)_key).ExportParameters(includePrivateParameters: false);
                (key["kty"], key["n"], key["e"]) = ("RSA", Url(parameters.Modulus!), Url(parameters.Exponent!));
            }

            return key;
        }
    }

    /// <summary>The public key as the JSON that an issuer serves at its <c>jwks_uri</c>.</summary>
    public string Jwks => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["keys"] = new[] { Key.Cast<DictionaryEntry>().ToDictionary(static e => (string)e.Key, static e => (string)e.Value!) },
    });

    /// <summary>Signs a token. Each has a <c>jti</c> of its own, unless <paramref name="change"/> takes it away.</summary>
    /// <param name="now">The time of <c>iat</c>.</param>
    /// <param name="subject">The claim <c>sub</c>.</param>
    /// <param name="audience">The claim <c>aud</c>.</param>
    /// <param name="lifetime">The time until <c>exp</c>; null for ten minutes.</param>
    /// <param name="change">Changes the header and the claims before they are signed.</param>
    public string Token(
        DateTimeOffset now,
        string subject = "batch-job",
        string audience = "https://api.anthropic.com",
        TimeSpan? lifetime = null,
        Action<JsonObject, JsonObject>? change = null)
    {
        JsonObject header = new() { ["alg"] = _algorithm, ["typ"] = "JWT", ["kid"] = KeyId };
        JsonObject claims = new()
        {
            ["iss"] = Issuer,
            ["sub"] = subject,
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + (lifetime ?? TimeSpan.FromMinutes(10))).ToUnixTimeSeconds(),
            ["jti"] = $"token-{Interlocked.Increment(ref _tokens)}-{Guid.NewGuid():N}",
        };
        change?.Invoke(header, claims);
        string signed = Url(Encoding.UTF8.GetBytes(header.ToJsonString())) + "." + Url(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        return signed + "." + Url(Sign(Encoding.ASCII.GetBytes(signed)));
    }

    public void Dispose() => _key.Dispose();

    private static ECCurve Curve(string algorithm) => algorithm switch
    {
        "ES256" => ECCurve.NamedCurves.nistP256,
        "ES384" => ECCurve.NamedCurves.nistP384,
        _ => ECCurve.NamedCurves.nistP521,
    };

    private static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private byte[] Sign(byte[] data)
    {
        HashAlgorithmName hash = new("SHA" + _algorithm[2..]);
        return _key is ECDsa curve
            ? curve.SignData(data, hash)
            : ((RSA)_key).SignData(data, hash, _algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }
}
