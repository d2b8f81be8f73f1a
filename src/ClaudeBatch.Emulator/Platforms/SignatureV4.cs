using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Emulator.Platforms;

/// <summary>Signature Version 4 of AWS, as the header <c>Authorization</c> bears it.</summary>
/// <param name="KeyId">The id of the access key.</param>
/// <param name="Scope">The day, the region, the service and <c>aws4_request</c>.</param>
/// <param name="SignedHeaders">The names of the headers that are signed, in lower case.</param>
/// <param name="Value">The signature in hexadecimal.</param>
internal sealed partial record SignatureV4(string KeyId, string[] Scope, string[] SignedHeaders, string Value)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Reads the header; null where it is no such signature.</summary>
    public static SignatureV4? Read(string authorization)
    {
        Match match = Form().Match(authorization);
        return match.Success && match.Groups["credential"].Value.Split('/', 2) is [{ } keyId, { } scope]
            ? new SignatureV4(keyId, scope.Split('/'), match.Groups["headers"].Value.Split(';'), match.Groups["signature"].Value)
            : null;
    }

    /// <summary>Tells whether the signature is that of a request.</summary>
    /// <param name="request">The request, with its path and query as they were sent.</param>
    /// <param name="time">The header <c>x-amz-date</c>.</param>
    /// <param name="digest">The digest of the body, in hexadecimal.</param>
    /// <param name="secret">The secret of the access key.</param>
    /// <remarks>
    /// AWS's libraries sign the segments of the path escaped twice, and the official client of the service once. The two differ for a segment
    /// with other characters than letters, digits, dots, dashes and underscores, and which the service takes then is not known: both are.
    /// </remarks>
    public bool IsOf(EmulatedRequest request, string time, string digest, string secret)
        => Value == Computed(request, time, digest, secret)
            || Value == Computed(request with { Path = request.Path.Replace("%", "%25", StringComparison.Ordinal) }, time, digest, secret);

    /// <summary>Computes what the signature of a request is.</summary>
    public string Computed(EmulatedRequest request, string time, string digest, string secret)
    {
        string toSign = $"{Algorithm}\n{time}\n{string.Join('/', Scope)}\n{Hex(SHA256.HashData(Utf8(Canonical(request, digest))))}";
        byte[] key = Utf8("AWS4" + secret);
        foreach (string word in Scope)
        {
            key = HMACSHA256.HashData(key, Utf8(word));
        }

        return Hex(HMACSHA256.HashData(key, Utf8(toSign)));
    }

    private string Canonical(EmulatedRequest request, string digest)
    {
        IEnumerable<string> headers = SignedHeaders
            .Select(n => $"{n}:{Blanks().Replace(request.Header(n)?.Trim() ?? string.Empty, " ")}\n");
        string path = request.Path.Length == 0 ? "/" : string.Join('/', request.Path.Split('/').Select(Escaped));
        string[] lines =
            [request.Method, path, Query(request.Query), string.Concat(headers), string.Join(';', SignedHeaders), digest];
        return string.Join('\n', lines);
    }

    private static string Query(string query) => string.Join('&', query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static p => p.Split('=', 2))
        .Select(static p => (Name: Escaped(p[0]), Value: Escaped(p.ElementAtOrDefault(1) ?? string.Empty)))
        .OrderBy(static p => p.Name, StringComparer.Ordinal).ThenBy(static p => p.Value, StringComparer.Ordinal)
        .Select(static p => $"{p.Name}={p.Value}"));

    private static string Escaped(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    [GeneratedRegex(
        "^AWS4-HMAC-SHA256 +Credential=(?<credential>[^, ]+), *SignedHeaders=(?<headers>[^, ]+), *Signature=(?<signature>[0-9a-f]{64})$")]
    private static partial Regex Form();

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();
}
