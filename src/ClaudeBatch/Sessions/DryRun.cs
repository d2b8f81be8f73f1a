using System.Globalization;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;

namespace ClaudeBatch.Sessions;

/// <summary>What a submission would send and cost, in words.</summary>
internal static class DryRun
{
    /// <summary>Gives the range of an estimate in words, in USD.</summary>
    public static string CostOf(CostEstimate estimate) => estimate switch
    {
        { Low: { } low, High: { } high } => $"{PriceList.Text(PriceList.ToDollars(low))} to {PriceList.Text(PriceList.ToDollars(high))}",
        { Low: { } low } => $"{PriceList.Text(PriceList.ToDollars(low))} and more",
        _ => "at a cost that is not known here",
    };

    public static string Describe(InputPreview preview, CostEstimate estimate, string? job)
    {
        long lowTokens = estimate.Models.Sum(static m => m.LowInputTokens);
        long highTokens = estimate.Models.Sum(static m => m.HighInputTokens);
        string besides = Join(
            preview.AlreadyThere > 0 ? Invariant($"{preview.AlreadyThere} are there already") : null,
            preview.Refused > 0 ? Invariant($"{preview.Refused} are left out") : null);
        return Invariant(
            $"{preview.Accepted} requests, {preview.Bytes} bytes in {preview.Parts} parts, {lowTokens} to {highTokens} input tokens, ")
            + $"{CostOf(estimate)}{(job is null ? string.Empty : $", as job '{job}'")}{besides}";
    }

    private static string Join(params string?[] words)
        => string.Join(", ", words.OfType<string>()) is { Length: > 0 } all ? $" ({all})" : string.Empty;

    private static string Invariant(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
