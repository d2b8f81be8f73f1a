using System.Globalization;
using ClaudeBatch.Core;
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
            $"{Sentence.Count(preview.Accepted, "request")}, {preview.Bytes} bytes in {Sentence.Count(preview.Parts, "part")}, ")
            + UploadsOf(preview.Files)
            + Invariant($"{lowTokens} to {highTokens} input tokens, ")
            + $"{CostOf(estimate)}{(job is null ? string.Empty : $", as job '{job}'")}{besides}";
    }

    /// <summary>Says what an upload would save; null where it would save nothing.</summary>
    public static string? UploadAdvice(InputPreview preview)
    {
        if (preview.IsTooLargeInline)
        {
            return "A request with its files in it is larger than a batch may be. With New-ClaudeBatchRequest -Upload each file goes up "
                + "once, and requests name it.";
        }

        (int files, long bytes, long inline) = preview.Files.Repeated;
        return files == 0 ? null : Sentence.Count(files, "file stands", "files stand")
            + Invariant($" in several requests, {inline} bytes in all. With New-ClaudeBatchRequest ")
            + Invariant($"-Upload {(files == 1 ? "it goes" : "each goes")} up once: {bytes} bytes, {inline - bytes} fewer.");
    }

    private static string UploadsOf(FileSavings savings) => savings.Uploaded is ( > 0 and var files, var bytes, var inline)
        ? Invariant($"{Sentence.Count(files, "file")} of {bytes} bytes uploaded once ({inline} bytes within the requests), ")
        : string.Empty;

    private static string Join(params string?[] words)
        => string.Join(", ", words.OfType<string>()) is { Length: > 0 } all ? $" ({all})" : string.Empty;

    private static string Invariant(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
