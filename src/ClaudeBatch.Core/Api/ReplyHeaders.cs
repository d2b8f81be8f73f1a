using System.Globalization;
using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>The headers of a reply that this module uses. A header that the reply lacks is null.</summary>
public sealed record ReplyHeaders
{
    /// <summary>
    /// The service's id of the request (header <c>request-id</c>). Where the reply has Amazon's, too (header <c>x-amzn-requestid</c>), both
    /// stand here: <c>req_… / amzn …</c>.
    /// </summary>
    public string? RequestId { get; init; }

    public string? OrganizationId { get; init; }

    public string? WorkspaceId { get; init; }

    /// <summary>The time at the service when it replied (header <c>Date</c>).</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>
    /// The wait that the service asks for (header <c>retry-after</c>). With an error, it is the wait before the same call is made again;
    /// with a batch that is running, the wait before its state is asked for again. It is at most <see cref="LongestWait"/>.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the service has asked for a longer wait than <see cref="LongestWait"/>.</summary>
    public bool AsksForLonger { get; init; }

    /// <summary>
    /// The longest wait that is kept when the service asks for one. A header that is wrong by years would otherwise keep a part from ever
    /// being sent, and an hour is long enough to spare a service that is busy.
    /// </summary>
    internal static TimeSpan LongestWait { get; } = TimeSpan.FromHours(1);

    /// <param name="response">The reply.</param>
    /// <param name="credential">The credential, which is taken out of what the headers say.</param>
    /// <param name="now">The time here.</param>
    /// <param name="requestId">The id of the request that the body names, for a reply without the header; null for none.</param>
    internal static ReplyHeaders Of(
        HttpResponseMessage response, ServiceCredential credential, DateTimeOffset now, string? requestId = null)
    {
        TimeSpan? asked = RetryAfterOf(response.Headers, now);
        bool isLonger = asked > LongestWait;
        return new ReplyHeaders
        {
            RequestId = Both(Text("request-id") ?? requestId, Text("x-amzn-requestid")),
            OrganizationId = Text("anthropic-organization-id"),
            WorkspaceId = Text("anthropic-workspace-id"),
            Date = response.Headers.Date,
            RetryAfter = isLonger ? LongestWait : asked,
            AsksForLonger = isLonger,
        };

        string? Text(string name) => First(response.Headers, name) is { } text ? credential.WithoutSecret(text) : null;
    }

    private static string? Both(string? own, string? amazons) => amazons is null ? own
        : own is null ? $"amzn {amazons}"
        : $"{own} / amzn {amazons}";

    internal static string? First(HttpResponseHeaders headers, string name)
        => headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private static TimeSpan? RetryAfterOf(HttpResponseHeaders headers, DateTimeOffset now)
    {
        // The official SDKs look in the same order: milliseconds, then seconds with decimals, then a date.
        if (Span(First(headers, "retry-after-ms"), TimeSpan.TicksPerMillisecond) is { } milliseconds)
        {
            return milliseconds;
        }

        if (Span(First(headers, "retry-after"), TimeSpan.TicksPerSecond) is { } seconds)
        {
            return seconds;
        }

        // The date is one of the service's clock, so it is compared with the service's time where the reply tells it.
        TimeSpan? left = headers.RetryAfter?.Date - (headers.Date ?? now);
        return left > TimeSpan.Zero ? left : null;
    }

    // A number of any length is a wait; one that has a sign or an exponent, or is no number, is none.
    private static TimeSpan? Span(string? text, long ticksPerUnit)
        => text is { Length: > 0 } && text.All(static c => char.IsAsciiDigit(c) || c == '.')
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            ? new TimeSpan((long)Math.Min(number * ticksPerUnit, TimeSpan.TicksPerDay))
            : null;
}
