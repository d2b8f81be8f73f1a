namespace ClaudeBatch.Core.Api;

/// <summary>What an id of a batch can look like, as far as we rely on it.</summary>
internal static class ServiceIds
{
    private const int Longest = 256;

    /// <summary>
    /// Tells whether a text can be the id of a batch: 1 to 256 characters that may stand in a path of a URL and in a line of the journal. The
    /// service says that the form of its ids may change, so nothing narrower is asked for.
    /// </summary>
    public static bool IsPlausible(string id) => id.Length is > 0 and <= Longest && id is not ("." or "..") && !id.Any(
        static c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or '\\' or '?' or '#' or '%');
}
