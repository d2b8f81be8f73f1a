using System.Globalization;

namespace ClaudeBatch.Core.Costs;

/// <content>What a person should know of the figures: a batch takes no discount on the service's own tools.</content>
public sealed partial class CostEstimate
{
    /// <summary>With so many requests that may search the web, a person is told before they are sent: at one search each, 10 USD.</summary>
    private const long ManySearchRequests = 1_000;

    private const string SearchPrice = "a search costs the same in a batch as outside, $10 per 1,000";

    /// <summary>What an estimate does not hold, a sentence each.</summary>
    public IEnumerable<string> NotHeld
    {
        get
        {
            if (UnlimitedSearches is { } searches)
            {
                yield return $"{searches} So the high end is not known; with max_uses in the tool it is.";
            }

            if (PaidCode is { } code)
            {
                yield return code;
            }
        }
    }

    /// <summary>What to say before requests are sent, a sentence each.</summary>
    /// <param name="isCapped">A most cost was given, so that what it does not hold matters.</param>
    public IEnumerable<string> BeforeSending(bool isCapped)
    {
        if (ManySearches is { } searches)
        {
            yield return searches;
        }

        if (isCapped && PaidCode is { } code)
        {
            yield return code;
        }
    }

    /// <summary>How the high end came to hold searches, to follow the other words on where the figures come from; empty when it holds none.</summary>
    public string SearchBasis => Sum(static m => m.SearchRequests) > 0 && Sum(static m => m.UnlimitedSearchRequests) == 0
        ? " The high end holds all web searches that max_uses allows, at $10 per 1,000; what they bring back is read as tokens that are not in it."
        : string.Empty;

    // For the figures nothing is guessed: how long code runs is told by nobody.
    private string? PaidCode => Sum(static m => m.PaidCodeRequests) is > 0 and var requests
        ? $"{Are(requests, "may run code")} without a web_search_20260209 or web_fetch_20260209 tool, or a later one, beside it: the time of its container is paid ($0.05 an hour after the free hours, 5 minutes at least) and is not in the estimate."
        : null;

    // Many requests may search the web, which can cost more than their tokens.
    private string? ManySearches => Sum(static m => m.SearchRequests) is >= ManySearchRequests and var requests
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{Are(requests, "have a web search tool")}, and {SearchPrice}: ${PriceList.ToDollars(PriceList.OfSearches(requests)):N0} at one search each.")
        : null;

    private string? UnlimitedSearches => Sum(static m => m.UnlimitedSearchRequests) is > 0 and var requests
        ? $"{Are(requests, "have a web search tool without max_uses")}, and {SearchPrice}."
        : null;

    private static string Are(long requests, string what) => requests == 1
        ? $"1 request {what.Replace("have ", "has ", StringComparison.Ordinal)}"
        : string.Create(CultureInfo.InvariantCulture, $"{requests:N0} requests {what}");

    private long Sum(Func<ModelEstimate, long> of) => _models.Values.Sum(of);
}
