using Polly;
using Polly.Retry;

namespace ClaudeBatch.Core.Api;

/// <summary>
/// The retry policy of calls that may be made twice without harm. Calls that create a batch or send a message are not among them.
/// </summary>
internal static class RepeatableCalls
{
    private const int MaxRetries = 4;

    /// <summary>
    /// The longest wait that is kept when the service asks for one. After a call for which it asks for a longer one, the failure goes to
    /// the caller, which can do something else meanwhile.
    /// </summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    /// <summary>Makes the policy.</summary>
    /// <param name="clock">Measures the waits. The emulator's clock makes them shorter.</param>
    /// <param name="chance">Gives random numbers that are at least 0 and less than 1.</param>
    /// <param name="onRetry">Called with each failure that is tried again, and with the wait before the next try.</param>
    public static ResiliencePipeline Create(TimeProvider clock, Func<double> chance, Action<ClaudeBatchException, TimeSpan>? onRetry)
        => new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = MaxRetries,
                ShouldHandle = static arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is ClaudeBatchException { IsTransient: true } failure
                    && failure.Cause != FailureCause.IdentityTokenUsed // nobody writes another one within seconds
                    && (failure.RetryAfter is null || failure.RetryAfter <= s_longestWait)),
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(
                    ((ClaudeBatchException)arguments.Outcome.Exception!).RetryAfter ?? Backoff(arguments.AttemptNumber, chance())),
                OnRetry = arguments =>
                {
                    onRetry?.Invoke((ClaudeBatchException)arguments.Outcome.Exception!, arguments.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

    /// <summary>
    /// The wait before a retry, as in the official SDKs: half a second, doubled with each attempt to at most eight seconds, and then
    /// shortened at random by up to a quarter.
    /// </summary>
    /// <param name="attempt">The number of the retry, from 0.</param>
    /// <param name="chance">A random number that is at least 0 and less than 1.</param>
    internal static TimeSpan Backoff(int attempt, double chance)
        => TimeSpan.FromSeconds(Math.Min(0.5 * Math.Pow(2, attempt), 8) * (1 - (0.25 * chance)));
}
