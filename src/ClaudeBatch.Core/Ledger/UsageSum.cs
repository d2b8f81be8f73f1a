using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The sum of the usage of some answers of one model that have the same prices.</summary>
/// <param name="IsLong">Whether their prompts are so long that the model costs more.</param>
/// <param name="Answers">The number of answers.</param>
/// <param name="Usage">The sum of their tokens and searches.</param>
/// <param name="CostInPicodollars">The sum of their costs; null where the cost of one is not known.</param>
internal readonly record struct UsageSum(bool IsLong, long Answers, TokenUsage Usage, long? CostInPicodollars)
{
    /// <summary>
    /// The columns that <see cref="From"/> reads, of attempts grouped by <c>inference_geo</c> and <c>is_long</c>. A prompt of more than
    /// <c>$from</c> tokens is long.
    /// </summary>
    internal const string Columns = """
        inference_geo, input_tokens + cache_write_5m_tokens + cache_write_1h_tokens + cache_read_tokens > $from AS is_long,
            count(*) AS answers, sum(input_tokens) AS input, sum(cache_write_5m_tokens) AS written_5m,
            sum(cache_write_1h_tokens) AS written_1h, sum(cache_read_tokens) AS cached, sum(output_tokens) AS output,
            sum(web_searches) AS searches, CASE WHEN count(*) = count(cost_in_picodollars) THEN sum(cost_in_picodollars) END AS cost
        """;

    internal static UsageSum From(LedgerRow row) => new(
        row.Number("is_long") != 0,
        row.Number("answers"),
        new TokenUsage(
            row.Number("input"),
            row.Number("written_5m"),
            row.Number("written_1h"),
            row.Number("cached"),
            row.Number("output"),
            row.Number("searches"),
            row.TextOrNull("inference_geo")),
        row.NumberOrNull("cost"));
}
