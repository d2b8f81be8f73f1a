using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ClaudeBatch.Core.Requests;

/// <summary>Makes one custom id of several texts, and gets the texts back from it.</summary>
/// <remarks>
/// ASCII letters and digits stay as they are, every other byte of the UTF-8 becomes a hyphen and two hexadecimal digits, and there is an
/// underscore between two parts. Each list of parts has exactly one id, and no two lists have the same.
/// </remarks>
public static class CustomIdParts
{
    private const char Separator = '_';

    private const char Escape = '-';

    /// <summary>Makes the custom id of several parts.</summary>
    /// <param name="parts">At least one part. A single part may not be empty.</param>
    /// <exception cref="ClaudeBatchException"><c>CustomIdTooLong</c>, <c>CustomIdInvalid</c>.</exception>
    public static string Join(IReadOnlyList<string> parts)
    {
        StringBuilder id = new();
        for (int i = 0; i < parts.Count; i++)
        {
            if (i > 0)
            {
                id.Append(Separator);
            }

            Encode(parts[i], id);
        }

        if (id.Length is 0 or > CustomId.Longest)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                id.Length == 0 ? "CustomIdInvalid" : "CustomIdTooLong",
                id.Length == 0
                    ? "There is nothing to make a custom id of; give at least one part that is not empty."
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"'{string.Join("', '", parts)}' takes {id.Length} characters as a custom id, and the service takes "
                            + $"{CustomId.Longest}. Leave a part out or shorten one; anything but letters and digits takes three "
                            + $"characters a byte."))
            { Target = parts };
        }

        return id.ToString();
    }

    /// <summary>Gets the parts of a custom id.</summary>
    /// <exception cref="ClaudeBatchException"><c>CustomIdMalformed</c>: no list of parts has this id.</exception>
    public static string[] Split(string id)
    {
        string[] encoded = id.Split(Separator);
        string[] parts = new string[encoded.Length];
        for (int i = 0; i < encoded.Length; i++)
        {
            parts[i] = Decode(encoded[i]) ?? throw Malformed(id);
        }

        // An id that could be decoded and that Join would not make, such as one with capital hexadecimal digits, is refused.
        return CustomId.Fault(id) is null && Join(parts) == id ? parts : throw Malformed(id);
    }

    private static void Encode(string part, StringBuilder id)
    {
        if (!IsWellFormed(part))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "CustomIdInvalid", "A part holds half of a surrogate pair, which is no text.")
            { Target = part };
        }

        foreach (byte b in Encoding.UTF8.GetBytes(part))
        {
            if (char.IsAsciiLetterOrDigit((char)b))
            {
                id.Append((char)b);
            }
            else
            {
                id.Append(Escape).Append(b.ToString("x2", CultureInfo.InvariantCulture));
            }
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static string? Decode(string encoded)
    {
        List<byte> bytes = new(encoded.Length);
        for (int i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != Escape)
            {
                bytes.Add((byte)encoded[i]);
            }
            else if (i + 2 < encoded.Length
                && byte.TryParse(encoded.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte b))
            {
                bytes.Add(b);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        byte[] text = [.. bytes];
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : null;
    }

    private static ClaudeBatchException Malformed(string id) => new(
        FailureKind.InvalidData, "CustomIdMalformed", $"'{id}' was not made by ConvertTo-ClaudeCustomId; it cannot be taken apart.")
    { Target = id };
}
