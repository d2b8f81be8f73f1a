namespace ClaudeBatch.Sessions;

/// <summary>What was chosen from a set by name, as members of the set.</summary>
internal static class Choices
{
    /// <param name="names">Names of members, case ignored; a ValidateSet has looked at them.</param>
    /// <returns>Null where nothing was chosen.</returns>
    public static HashSet<T>? Of<T>(string[] names)
        where T : struct, Enum => names.Length == 0 ? null : [.. names.Select(static n => Enum.Parse<T>(n, ignoreCase: true))];
}
