using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Emulator;

/// <summary>
/// What the service signs or encrypts so that it knows it again, and the emulator makes of the words themselves. So no state is needed, and any
/// process of any day takes what another has made.
/// </summary>
internal static class Seal
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly byte[] s_key = Encoding.UTF8.GetBytes("claudebatch-emulator");

    public static byte[] Of(params ReadOnlySpan<string> words)
    {
        StringBuilder text = new();
        foreach (string word in words)
        {
            text.Append(CultureInfo.InvariantCulture, $"{word.Length}:{word}");
        }

        return Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public static byte[] Of(ReadOnlySpan<byte> bytes) => HMACSHA256.HashData(s_key, bytes);

    public static string Text(params ReadOnlySpan<string> words) => Convert.ToBase64String(Of(words));

    /// <summary>Gives characters of base 62 for a digest.</summary>
    public static string Letters(ReadOnlySpan<byte> digest, int count)
    {
        Span<char> letters = stackalloc char[count];
        for (int i = 0; i < count; i++)
        {
            letters[i] = Digits[digest[i] % Digits.Length];
        }

        return new string(letters);
    }
}
