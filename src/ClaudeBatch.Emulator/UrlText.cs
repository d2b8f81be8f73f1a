namespace ClaudeBatch.Emulator;

/// <summary>Bytes as JSON Web Tokens write them: base64url without padding.</summary>
internal static class UrlText
{
    /// <exception cref="FormatException">The text is not base64url.</exception>
    public static byte[] Decode(string text)
        => text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/') + "===="[..(-text.Length & 3)])
            : throw new FormatException("The text is not base64url.");
}
