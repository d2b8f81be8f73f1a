using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ClaudeBatch.Core.Requests;

/// <summary>The rules for custom ids. The service takes <c>^[a-zA-Z0-9_-]{1,64}$</c>.</summary>
public static class CustomId
{
    public const int Longest = 64;

    /// <summary>
    /// Says what is wrong with an id, as the end of a sentence that begins with the id; null when nothing is. The text does not contain the
    /// id, so that equal faults have equal texts.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    public static string? Fault(string id)
    {
        if (id.Length is 0)
        {
            return "is empty; it takes 1 to 64 letters, digits, hyphens and underscores.";
        }

        if (id.Length > Longest)
        {
            return $"has more than the {Longest} characters that the service takes.";
        }

        foreach (char c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return $"holds '{c}'; only letters, digits, hyphens and underscores are allowed.";
            }
        }

        return null;
    }

    /// <summary>
    /// Makes an id from content: <c>r-</c> and 128 bits of its SHA-256 in base 32. The same content always has the same id.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    public static string FromContent(ReadOnlySpan<byte> content)
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        const int bits = 128;
        const int bitsPerCharacter = 5;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        Span<char> id = stackalloc char[2 + ((bits + bitsPerCharacter - 1) / bitsPerCharacter)];
        id[0] = 'r';
        id[1] = '-';
        for (int i = 2; i < id.Length; i++)
        {
            int bit = (i - 2) * bitsPerCharacter;
            int window = (hash[bit / 8] << 8) | hash[(bit / 8) + 1];
            id[i] = alphabet[(window >> (16 - bitsPerCharacter - (bit % 8))) & 31];
        }

        return id.ToString();
    }
}
