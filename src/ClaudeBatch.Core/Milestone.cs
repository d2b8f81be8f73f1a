namespace ClaudeBatch.Core;

/// <summary>The places where a process may be killed and something must still hold. Tests stop there; nothing else listens.</summary>
internal static class Milestone
{
    // Several simulated processes may run within one test process, and each one has its own listener.
    private static readonly AsyncLocal<Action<string>?> s_passed = new();

    /// <summary>Told the name of each place as it is passed by the code that was called from here.</summary>
    public static Action<string>? Passed
    {
        get => s_passed.Value;
        set => s_passed.Value = value;
    }

    public static void Pass(string name) => Passed?.Invoke(name);
}
