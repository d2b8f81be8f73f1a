using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Emulator;

/// <summary>Draws random numbers that repeat: the same seed and words always give the same number.</summary>
internal static class Draw
{
    /// <summary>Draws a number that is at least 0 and less than 1.</summary>
    public static double Number(int seed, params ReadOnlySpan<string> words)
    {
        string text = string.Join('\n', words.ToArray());
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(seed.ToString(CultureInfo.InvariantCulture) + "\n" + text), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0);
    }

    /// <summary>Makes a random id of the service's form: a prefix, <c>01</c> and 22 characters of base 62.</summary>
    public static string Id(string prefix)
    {
        const string alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        return prefix + "01" + RandomNumberGenerator.GetString(alphabet, 22);
    }
}
