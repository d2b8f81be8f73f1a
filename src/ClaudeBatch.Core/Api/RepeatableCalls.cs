using Polly;
using Polly.Retry;

namespace ClaudeBatch.Core.Api;

/// <summary>The policy of every call that may be made twice without harm. Creates never pass through here.</summary>
internal static class RepeatableCalls
{
    private const int MaxRetries = 4;

    /// <summary>A wait the service asks for beyond this is left to the caller, who may have better things to do.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    /// <param name="clock">Scaled by the emulator's speed.</param>
    /// <param name="chance">Gives numbers from 0 up to 1.</param>
    /// <param name="onRetry">Told about each failure that will be tried again, and the wait.</param>
    public static ResiliencePipeline Create(TimeProvider clock, Func<double> chance, Action<ClaudeBatchException, TimeSpan>? onRetry)
        => new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = MaxRetries,
                ShouldHandle = static arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is ClaudeBatchException { IsTransient: true } failure
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

    /// <summary>The official SDKs' backoff: half a second doubled each time up to eight, less up to a quarter of it.</summary>
    internal static TimeSpan Backoff(int attempt, double chance)
        => TimeSpan.FromSeconds(Math.Min(0.5 * Math.Pow(2, attempt), 8) * (1 - (0.25 * chance)));
}
