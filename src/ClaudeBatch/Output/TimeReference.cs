using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>A time that a user has given: as a time, local or in UTC, or as a duration that says how long ago.</summary>
public sealed class TimeReference
{
    private readonly DateTime _utc;

    private readonly TimeSpan? _ago;

    /// <param name="time">A time; where it does not say its zone, it is local.</param>
    public TimeReference(DateTime time) => _utc = time.ToUniversalTime();

    /// <param name="ago">How long before the present the time lies.</param>
    public TimeReference(TimeSpan ago) => _ago = ago;

    public override string ToString() => _ago?.ToString() ?? ScalarText.Of(_utc)!;

    /// <summary>Gives the time in UTC.</summary>
    /// <param name="clock">The connection's clock, which says what the present is: the emulator's runs ahead.</param>
    internal DateTime At(TimeProvider clock) => _ago is { } ago ? clock.GetUtcNow().UtcDateTime - ago : _utc;
}
