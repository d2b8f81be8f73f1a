namespace ClaudeBatch.Core.Uploads;

/// <summary>How long files are to be at the service, so that every attempt in every round finds them there.</summary>
/// <param name="Lifetime">How long a new one is kept.</param>
/// <param name="Least">How long one that is there must still be kept, to be used.</param>
public sealed record UploadTerms(TimeSpan Lifetime, TimeSpan Least)
{
    /// <summary>The longest that the service keeps a file that it is to remove.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(90);

    private static readonly TimeSpan s_usual = TimeSpan.FromDays(30);

    private static readonly TimeSpan s_shortest = TimeSpan.FromDays(7);

    /// <summary>Gives the terms of a job: each attempt in each round may take a day.</summary>
    /// <param name="attempts">How often a request may be tried.</param>
    /// <param name="rounds">How many rounds its conversations may have.</param>
    public static UploadTerms For(int attempts, int rounds)
    {
        TimeSpan needed = TimeSpan.FromDays(Math.Min((long)attempts * rounds, 90)) + TimeSpan.FromDays(1);
        TimeSpan least = needed < s_shortest ? s_shortest : needed;
        TimeSpan lifetime = least * 2 < s_usual ? s_usual : least * 2;
        return new UploadTerms(Shorter(lifetime, s_longest), Shorter(least, s_longest - TimeSpan.FromDays(1)));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
