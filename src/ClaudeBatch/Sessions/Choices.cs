namespace ClaudeBatch.Sessions;

/// <summary>Converts the values of a parameter with a ValidateSet to members of an enum.</summary>
internal static class Choices
{
    /// <param name="names">Names of members, in any case. A ValidateSet has made sure that they exist.</param>
    /// <returns>The members, or null where no name was given.</returns>
    public static HashSet<T>? Of<T>(string[] names)
        where T : struct, Enum => names.Length == 0 ? null : [.. names.Select(static n => Enum.Parse<T>(n, ignoreCase: true))];
}
