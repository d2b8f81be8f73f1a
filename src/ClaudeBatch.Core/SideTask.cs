namespace ClaudeBatch.Core;

/// <summary>Work that goes on beside the work of its caller.</summary>
internal static class SideTask
{
    private static readonly AsyncLocal<bool> s_runsFirst = new();

    /// <summary>
    /// Whether the work runs to its end before the caller goes on. Tests that let one thing happen at a time set it; nothing else does.
    /// </summary>
    public static bool RunsFirst
    {
        get => s_runsFirst.Value;
        set => s_runsFirst.Value = value;
    }

    public static Task<T> Run<T>(Func<Task<T>> work)
    {
        Task<T> task = Task.Run(work, CancellationToken.None);
        if (RunsFirst)
        {
            Task.WaitAny(task); // whatever it has thrown is thrown where the task is awaited
        }

        return task;
    }
}
