using System.Collections;
using System.Security.Cryptography;

namespace ClaudeBatch.Emulator;

/// <summary>A public key of an issuer.</summary>
internal sealed record PublicJsonWebKey(string Type, string Id, string? Algorithm, string? Curve, byte[] First, byte[] Second)
{
    /// <exception cref="ArgumentException">The table is no public RSA or EC key.</exception>
    public static PublicJsonWebKey From(IDictionary key)
    {
        string Text(string name) => key[name] as string ?? throw new ArgumentException($"A key of an issuer has no '{name}'.");
        string type = Text("kty");
        return type switch
        {
            "RSA" => new(type, Text("kid"), key["alg"] as string, null, Bytes(Text("n")), Bytes(Text("e"))),
            "EC" => new(type, Text("kid"), key["alg"] as string, Text("crv"), Bytes(Text("x")), Bytes(Text("y"))),
            _ => throw new ArgumentException($"A key of an issuer is of the type '{type}'; RSA and EC are known."),
        };
    }

    /// <summary>Tells whether the signature over the data is this key's, by one of the nine algorithms that the service takes.</summary>
    /// <exception cref="CryptographicException">The key is no key.</exception>
    public bool Signed(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (algorithm.Length != 5 || (Algorithm is not null && Algorithm != algorithm))
        {
            return false;
        }

        HashAlgorithmName hash = new("SHA" + algorithm[2..]);
        return (algorithm[..2], Type, algorithm[2..], Curve) switch
        {
            ("RS", "RSA", "256" or "384" or "512", _) => SignedByRsa(data, signature, hash, RSASignaturePadding.Pkcs1),
            ("PS", "RSA", "256" or "384" or "512", _) => SignedByRsa(data, signature, hash, RSASignaturePadding.Pss),
            ("ES", "EC", "256", "P-256") => SignedByCurve(data, signature, hash, ECCurve.NamedCurves.nistP256),
            ("ES", "EC", "384", "P-384") => SignedByCurve(data, signature, hash, ECCurve.NamedCurves.nistP384),
            ("ES", "EC", "512", "P-521") => SignedByCurve(data, signature, hash, ECCurve.NamedCurves.nistP521),
            _ => false,
        };
    }

    private bool SignedByRsa(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        using RSA rsa = RSA.Create(new RSAParameters { Modulus = First, Exponent = Second });
        return rsa.VerifyData(data, signature, hash, padding);
    }

    private bool SignedByCurve(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, HashAlgorithmName hash, ECCurve curve)
    {
        using ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = First, Y = Second } });
        return ecdsa.VerifyData(data, signature, hash);
    }

    private static byte[] Bytes(string text)
    {
        try
        {
            return UrlText.Decode(text);
        }
        catch (FormatException e)
        {
            throw new ArgumentException("A key of an issuer has a number that is no base64url text.", e);
        }
    }
}
