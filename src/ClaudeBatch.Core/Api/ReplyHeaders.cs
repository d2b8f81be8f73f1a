using System.Globalization;
using System.Net.Http.Headers;

namespace ClaudeBatch.Core.Api;

/// <summary>The headers that mean something to a client of batches.</summary>
public sealed record ReplyHeaders
{
    public string? RequestId { get; init; }

    public string? OrganizationId { get; init; }

    public string? WorkspaceId { get; init; }

    /// <summary>The service's clock.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>On an error: leave the service alone so long. On a running batch: ask again no sooner.</summary>
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
        // The same order as in the official SDKs: milliseconds, seconds (decimals allowed), a date.
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
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number is >= 0 and < 1e6
            ? number
            : null;
}
