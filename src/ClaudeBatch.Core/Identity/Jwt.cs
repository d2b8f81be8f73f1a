using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Identity;

/// <summary>What a JWT says of itself. Nothing is verified: the service does that, and this only tells early what it would refuse.</summary>
public sealed class Jwt
{
    /// <summary>By how much the service lets clocks differ.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);

    private Jwt()
    {
    }

    /// <summary>The claim <c>jti</c>: a token that has one is taken once only.</summary>
    public string? Id { get; private init; }

    /// <summary>The claim <c>iss</c>.</summary>
    public string? Issuer { get; private init; }

    /// <summary>The claim <c>sub</c>.</summary>
    public string? Subject { get; private init; }

    /// <summary>The claim <c>aud</c>, one or many.</summary>
    public IReadOnlyList<string> Audiences { get; private init; } = [];

    /// <summary>The claim <c>iat</c>.</summary>
    public DateTimeOffset? IssuedAt { get; private init; }

    /// <summary>The claim <c>exp</c>.</summary>
    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>The claim <c>nbf</c>.</summary>
    public DateTimeOffset? NotBefore { get; private init; }

    /// <summary>Reads a JWT in its compact form; null where the text is none. No text makes it throw.</summary>
    public static Jwt? Read(string text)
    {
        string[] parts = text.Trim().Split('.');
        if (parts.Length != 3 || parts[2].Length == 0 || Bytes(parts[2]) is null)
        {
            return null;
        }

        try
        {
            using JsonDocument? header = Json(parts[0]);
            using JsonDocument? claims = Json(parts[1]);
            return header is null || claims is null ? null : From(claims.RootElement);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are not UTF-8, where a text is read.
            return null;
        }
    }

    /// <summary>Whether the token has expired by a time, by more than the service overlooks.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt is { } end && now - end > Leeway;

    /// <summary>
    /// Whether the token is from later than a time, by more than the service overlooks: the clock here, or the provider's, is wrong.
    /// </summary>
    public bool IsFromTheFuture(DateTimeOffset now)
        => (IssuedAt is { } issued && issued - now > Leeway) || (NotBefore is { } start && start - now > Leeway);

    private static Jwt From(JsonElement claims) => new()
    {
        Id = Text(claims, "jti"),
        Issuer = Text(claims, "iss"),
        Subject = Text(claims, "sub"),
        Audiences = Texts(claims, "aud"),
        IssuedAt = Time(claims, "iat"),
        ExpiresAt = Time(claims, "exp"),
        NotBefore = Time(claims, "nbf"),
    };

    private static JsonDocument? Json(string part)
    {
        if (Bytes(part) is not { } bytes)
        {
            return null;
        }

        try
        {
            JsonDocument json = JsonDocument.Parse(bytes);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                return json;
            }

            json.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Base64url has no padding and its own two characters; tokens are met that have padding or the plain ones.
    private static byte[]? Bytes(string part)
    {
        byte[] text = Encoding.ASCII.GetBytes(part.TrimEnd('=').Replace('-', '+').Replace('_', '/'));
        int length = text.Length;
        int whole = (length + 3) / 4 * 4;
        Array.Resize(ref text, whole);
        text.AsSpan(length).Fill((byte)'=');
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(whole)];
        return text.AsSpan().IndexOfAny(" \t\r\n"u8) < 0
            && Base64.DecodeFromUtf8(text, bytes, out int read, out int written) == System.Buffers.OperationStatus.Done && read == whole
                ? bytes[..written]
                : null;
    }

    private static string? Text(JsonElement of, string name)
        => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string[] Texts(JsonElement of, string name)
        => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(static v => v.ValueKind == JsonValueKind.String).Select(static v => v.GetString()!)]
            : Text(of, name) is { } one ? [one] : [];

    private static DateTimeOffset? Time(JsonElement of, string name)
        => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? UnixTime.From(value.GetDouble())
            : null;
}
