namespace ClaudeBatch.Core.Requests;

/// <summary>Custom ids as the service takes them: <c>^[a-zA-Z0-9_-]{1,64}$</c>.</summary>
public static class CustomId
{
    public const int Longest = 64;

    /// <summary>What is wrong with an id, in one sentence; null when nothing is.</summary>
    public static string? Fault(string id)
    {
        if (id.Length is 0)
        {
            return "A custom id is empty; it takes 1 to 64 letters, digits, hyphens and underscores.";
        }

        if (id.Length > Longest)
        {
            return $"Custom id '{id}' has {id.Length} characters; the service takes at most {Longest}.";
        }

        foreach (char c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return $"Custom id '{id}' holds '{c}'; only letters, digits, hyphens and underscores are allowed.";
            }
        }

        return null;
    }
}
