using System.Collections;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>An identity provider whose tokens the emulated account takes.</summary>
public sealed class EmulatorIssuer
{
    /// <summary>The claim <c>iss</c> of its tokens.</summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>
    /// Its public keys: JSON Web Keys as tables, a table with <c>keys</c>, or the path of a file with such JSON, which is read at each
    /// exchange.
    /// </summary>
    public object? Keys { get; set; }

    /// <summary>Whether a token that has the claim <c>jti</c> is taken once only.</summary>
    public bool CheckJti { get; set; } = true;

    /// <summary>The longest time between the claims <c>iat</c> and <c>exp</c> of a token.</summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromHours(1);

    internal void Check()
    {
        if (Issuer.Length == 0)
        {
            throw new ArgumentException("An issuer of Federation.Issuers lacks its Issuer, such as 'https://issuer.example'.");
        }

        if (KeySet().Count == 0)
        {
            throw new ArgumentException($"The issuer '{Issuer}' has no Keys. Give JSON Web Keys as tables, or the path of a JWKS file.");
        }
    }

    /// <exception cref="ArgumentException">The keys are no JSON Web Keys, or their file cannot be read.</exception>
    internal IReadOnlyList<PublicJsonWebKey> KeySet()
    {
        object? keys = Keys is string path ? OfFile(path) : Keys;
        if (keys is IDictionary set && set["keys"] is { } listed)
        {
            keys = listed;
        }

        return keys switch
        {
            null => [],
            IDictionary one => [PublicJsonWebKey.From(one)],
            IEnumerable several => [.. several.Cast<object>().Select(k => k is IDictionary one
                ? PublicJsonWebKey.From(one)
                : throw new ArgumentException($"The issuer '{Issuer}' has a key that is no table: '{k}'."))],
            _ => throw new ArgumentException($"The Keys of the issuer '{Issuer}' are JSON Web Keys as tables, or the path of a JWKS file."),
        };
    }

    private object? OfFile(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return PlanValues.ToShellValue(document.RootElement);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ArgumentException($"The Keys of the issuer '{Issuer}' could not be read from '{path}': {e.Message}", e);
        }
    }
}
