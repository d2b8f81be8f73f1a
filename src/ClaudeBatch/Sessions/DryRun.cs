using System.Globalization;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Sessions;

/// <summary>Counts what a submission would send and estimates its cost, for <c>-WhatIf</c>. Nothing is written to disk.</summary>
internal sealed class DryRun(SpoolLimits limits, RequestChecker checker, CostEstimate estimate)
{
    // The bytes of {"requests":[]}, which surround the requests of each part.
    private const int Envelope = 15;

    private long _partRequests;

    private long _partBytes;

    private long _requests;

    private long _bytes;

    private int _parts;

    public void Add(ReadOnlySpan<byte> item)
    {
        estimate.Add(checker.Check(item));
        if (_parts == 0 || _partRequests >= limits.MaxRequests || _partBytes + item.Length + 1 > limits.MaxBytes)
        {
            _parts++;
            _partRequests = 0;
            _partBytes = Envelope;
            _bytes += Envelope;
        }

        long more = item.Length + (_partRequests > 0 ? 1 : 0);
        _partRequests++;
        _partBytes += more;
        _requests++;
        _bytes += more;
    }

    /// <summary>Gives the range of an estimate in words, in USD.</summary>
    public static string CostOf(CostEstimate estimate) => estimate switch
    {
        { Low: { } low, High: { } high } => $"{PriceList.Text(PriceList.ToDollars(low))} to {PriceList.Text(PriceList.ToDollars(high))}",
        { Low: { } low } => $"{PriceList.Text(PriceList.ToDollars(low))} and more",
        _ => "at a cost that is not known here",
    };

    public string Describe(string? job)
    {
        long lowTokens = estimate.Models.Sum(static m => m.LowInputTokens);
        long highTokens = estimate.Models.Sum(static m => m.HighInputTokens);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_requests} requests, {_bytes} bytes in {_parts} parts, {lowTokens} to {highTokens} input tokens, "
                + $"{CostOf(estimate)}{(job is null ? string.Empty : $", as job '{job}'")}");
    }
}
