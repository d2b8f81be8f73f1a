namespace ClaudeBatch.Core.Identity;

/// <summary>The environment as identities are read from it: blanks around a value do not count, and an empty value is none.</summary>
/// <param name="read">Gives the value of a variable, or null where it is not set.</param>
public sealed class EnvironmentVariables(Func<string, string?> read)
{
    /// <summary>The variables of this process, as they are at the moment they are read.</summary>
    public static EnvironmentVariables OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The value of a variable; null where it is not set, empty or blank.</summary>
    public string? this[string name] => read(name)?.Trim() is { Length: > 0 } value ? value : null;
}
