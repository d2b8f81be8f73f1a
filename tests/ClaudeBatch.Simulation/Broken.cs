namespace ClaudeBatch.Simulation;

/// <summary>Something that must hold does not.</summary>
/// <param name="rule">The rule, in one word; a history is made smaller as long as it breaks the same one.</param>
/// <param name="message">What was found.</param>
internal sealed class Broken(string rule, string message) : Exception($"{rule}: {message}")
{
    public string Rule { get; } = rule;
}
