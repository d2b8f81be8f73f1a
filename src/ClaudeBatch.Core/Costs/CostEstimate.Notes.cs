using System.Globalization;

namespace ClaudeBatch.Core.Costs;

/// <content>
/// Sentences for people about what the figures leave out. Web searches and code execution cost the same in a batch as outside.
/// </content>
public sealed partial class CostEstimate
{
    /// <summary>
    /// The number of requests with a web search tool from which on the user is told the price of searches before the requests are sent. At
    /// one search each, 1,000 requests cost 10 USD for searches.
    /// </summary>
    private const long ManySearchRequests = 1_000;

    private const string SearchPrice = "a search costs the same in a batch as outside, $10 per 1,000";

    /// <summary>The costs that are not in the estimate, one sentence for each.</summary>
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

    /// <summary>Gives the sentences that the user is told before the requests are sent.</summary>
    /// <param name="isCapped">Whether the user has set a highest cost (<c>-MaxCost</c>). Only then does it matter that the time of
    /// running code is not in the estimate.</param>
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

    /// <summary>
    /// A sentence about the web searches in the high end, beginning with a space so that it can follow another sentence; empty when the
    /// high end holds no searches.
    /// </summary>
    public string SearchBasis => Sum(static m => m.SearchRequests) > 0 && Sum(static m => m.UnlimitedSearchRequests) == 0
        ? " The high end holds all web searches that max_uses allows, at $10 per 1,000; "
            + "what they bring back is read as tokens that are not in it."
        : string.Empty;

    // Nobody knows before how long code will run, so the figures hold no guess of it.
    private string? PaidCode => Sum(static m => m.PaidCodeRequests) is > 0 and var requests
        ? $"{Are(requests, "may run code")} without a web_search_20260209 or web_fetch_20260209 tool, or a later one, beside it: "
            + "the time of its container is paid ($0.05 an hour after the free hours, 5 minutes at least) and is not in the estimate."
        : null;

    // Web searches can cost more than the tokens of the requests that make them.
    private string? ManySearches => Sum(static m => m.SearchRequests) is >= ManySearchRequests and var requests
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{Are(requests, "have a web search tool")}, and {SearchPrice}: "
                + $"${PriceList.ToDollars(PriceList.OfSearches(requests)):N0} at one search each.")
        : null;

    private string? UnlimitedSearches => Sum(static m => m.UnlimitedSearchRequests) is > 0 and var requests
        ? $"{Are(requests, "have a web search tool without max_uses")}, and {SearchPrice}."
        : null;

    private static string Are(long requests, string what) => requests == 1
        ? $"1 request {what.Replace("have ", "has ", StringComparison.Ordinal)}"
        : string.Create(CultureInfo.InvariantCulture, $"{requests:N0} requests {what}");

    private long Sum(Func<ModelEstimate, long> of) => _models.Values.Sum(of);
}
