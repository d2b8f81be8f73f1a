using System.Globalization;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>What is said of costs that are not known.</content>
internal sealed partial class CheckedResults
{
    private readonly HashSet<string> _unpriced = new(StringComparer.Ordinal);

    // The answers whose cost is not known although prices are.
    private long _unmeasured;

    private PriceList? _prices;

    private void NoteCost(BatchResult result)
    {
        if (result is not { IsPriced: false, Model: { } model } || _unpriced.Contains(model))
        {
            return;
        }

        _prices ??= new PriceList(KnownModels.Of(command.Connection));
        if (result.Tokens is { } tokens && _prices.Cost(model, tokens, isBatch: true) is null)
        {
            _unpriced.Add(model);
        }
        else
        {
            _unmeasured++;
        }
    }

    private void WarnOfUnknownCosts()
    {
        foreach (string model in _unpriced)
        {
            command.Warn($"Model '{model}' has no price here; what its answers cost is not known.");
        }

        if (_unmeasured > 0)
        {
            string answers = _unmeasured == 1 ? "1 answer" : $"{_unmeasured.ToString("N0", CultureInfo.InvariantCulture)} answers";
            command.Warn($"What {answers} cost is not known: they, or an earlier attempt at the same request, came without usage, or were "
                + "collected before their price was known.");
        }
    }
}
