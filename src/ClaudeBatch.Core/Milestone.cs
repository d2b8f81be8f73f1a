namespace ClaudeBatch.Core;

/// <summary>The places where a process may be killed and something must still hold. Tests stop there; nothing else listens.</summary>
internal static class Milestone
{
    /// <summary>Told the name of each place as it is passed.</summary>
    public static Action<string>? Passed { get; set; }

    public static void Pass(string name) => Passed?.Invoke(name);
}
