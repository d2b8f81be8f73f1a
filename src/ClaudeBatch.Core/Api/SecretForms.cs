using System.Text;
using System.Text.Encodings.Web;

namespace ClaudeBatch.Core.Api;

/// <summary>The forms in which a secret can come back in a text of the service or of something in between.</summary>
/// <remarks>
/// A shorter secret than eight characters is left in: it may be a word of its own in many texts, and no service gives out such a key.
/// </remarks>
internal sealed class SecretForms
{
    /// <summary>What stands in a text in place of the secret.</summary>
    public const string Replacement = "(key)";

    private const int ShortestSecret = 8;

    private readonly string[] _forms;

    public SecretForms(string secret) => _forms = secret.Length < ShortestSecret
        ? []
        : [.. Of(secret).Where(static f => f.Length >= ShortestSecret).Distinct(StringComparer.Ordinal)
            .OrderByDescending(static f => f.Length)];

    /// <summary>Gives the text without the secret; the very same text where it is not in it.</summary>
    public string Remove(string text)
    {
        foreach (string form in _forms)
        {
            if (text.Contains(form, StringComparison.Ordinal))
            {
                text = text.Replace(form, Replacement, StringComparison.Ordinal);
            }
        }

        return text;
    }

    private static IEnumerable<string> Of(string secret)
    {
        yield return secret;
        yield return JavaScriptEncoder.Default.Encode(secret);
        yield return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret);
        string percent = Uri.EscapeDataString(secret);
        yield return percent;
        yield return LowerHex(percent);
        for (int before = 0; before < 3; before++)
        {
            string base64 = Base64(secret, before);
            yield return base64;
            yield return base64.Replace('+', '-').Replace('/', '_');
        }
    }

    // In base64 a text looks different by the bytes before it, such as a user's name; the characters that they share with it are left out.
    private static string Base64(string secret, int before)
    {
        byte[] bytes = [.. new byte[before], .. Encoding.UTF8.GetBytes(secret)];
        int whole = bytes.Length * 8 / 6;
        int shared = ((before * 8) + 5) / 6;
        return Convert.ToBase64String(bytes)[shared..whole];
    }

    private static string LowerHex(string percent)
    {
        char[] characters = percent.ToCharArray();
        for (int i = 0; i + 2 < characters.Length; i++)
        {
            if (characters[i] == '%')
            {
                characters[i + 1] = char.ToLowerInvariant(characters[i + 1]);
                characters[i + 2] = char.ToLowerInvariant(characters[i + 2]);
            }
        }

        return new string(characters);
    }
}
