namespace ClaudeBatch.Core;

/// <summary>
/// Pieces of work, one after another, on another thread than the one that hands them over. What a piece has thrown is thrown where the next
/// one is handed over, and wherever it is waited for.
/// </summary>
internal sealed class SideWork : IDisposable
{
    private Task _last = Task.CompletedTask;

    /// <summary>Waits for the piece before, and hands over the next.</summary>
    public void Run(Action piece)
    {
        Wait();
        _last = SideTask.Run(() =>
        {
            piece();
            return Task.FromResult(true);
        });
    }

    /// <summary>Waits until nothing is left to do.</summary>
    public void Wait() => _last.GetAwaiter().GetResult();

    // Who disposes without having waited has given up what the pieces were for.
    public void Dispose() => Task.WaitAny(_last);
}
