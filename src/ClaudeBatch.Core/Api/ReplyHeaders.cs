using System.Globalization;
using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>The headers of a reply that this module uses. A header that the reply lacks is null.</summary>
public sealed record ReplyHeaders
{
    public string? RequestId { get; init; }

    public string? OrganizationId { get; init; }

    public string? WorkspaceId { get; init; }

    /// <summary>The time at the service when it replied (header <c>Date</c>).</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>
    /// The wait that the service asks for (header <c>retry-after</c>). With an error, it is the wait before the same call is made again;
    /// with a batch that is running, the wait before its state is asked for again.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    internal static ReplyHeaders Of(HttpResponseMessage response, DateTimeOffset now) => new()
    {
        RequestId = First(response.Headers, "request-id"),
        OrganizationId = First(response.Headers, "anthropic-organization-id"),
        WorkspaceId = First(response.Headers, "anthropic-workspace-id"),
        Date = response.Headers.Date,
        RetryAfter = RetryAfterOf(response.Headers, now),
    };

    internal static string? First(HttpResponseHeaders headers, string name)
        => headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private static TimeSpan? RetryAfterOf(HttpResponseHeaders headers, DateTimeOffset now)
    {
        // The official SDKs look in the same order: milliseconds, then seconds with decimals, then a date.
        if (Number(First(headers, "retry-after-ms")) is { } milliseconds)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        string? text = First(headers, "retry-after");
        if (Number(text) is { } seconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        bool isDate = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date);
        return isDate && date > now ? date - now : null;
    }

    private static double? Number(string? text)
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number is >= 0 and < 1e6
            ? number
            : null;
}
