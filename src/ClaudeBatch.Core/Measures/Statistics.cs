namespace ClaudeBatch.Core.Measures;

/// <summary>The figures of statistics that say how sure a count is.</summary>
public static class Statistics
{
    // The quantile of the normal distribution that leaves 2.5 % on each side.
    private const double Z95 = 1.959963984540054;

    /// <summary>Gives the 95 % Wilson interval of a share; null where there is nothing to have a share of.</summary>
    /// <param name="hits">How many there are.</param>
    /// <param name="of">Of how many.</param>
    public static (double Low, double High)? Wilson(long hits, long of)
    {
        if (of == 0)
        {
            return null;
        }

        double share = (double)hits / of, z = Z95 * Z95 / of;
        double middle = (share + (z / 2)) / (1 + z);
        double half = Z95 * Math.Sqrt((share * (1 - share) / of) + (z / (4 * of))) / (1 + z);
        return (Math.Clamp(middle - half, 0, share), Math.Clamp(middle + half, share, 1));
    }

    /// <summary>
    /// Gives the exact p of McNemar's test: how likely two that are equally good differ as much as this by chance, as it is two-sided and of the
    /// binomial distribution.
    /// </summary>
    /// <param name="onlyFirst">How often only the first is right.</param>
    /// <param name="onlySecond">How often only the second is right.</param>
    public static double McNemar(long onlyFirst, long onlySecond)
    {
        long all = onlyFirst + onlySecond, least = Math.Min(onlyFirst, onlySecond);
        double ofLeast = -all * Math.Log(2);
        for (long i = 1; i <= least; i++)
        {
            ofLeast += Math.Log((double)(all - least + i) / i);
        }

        // The terms below the first fall ever faster, and none is larger: the sum is of shares of the first.
        double sum = 0, term = 1;
        for (long i = least; i >= 0 && sum + term > sum; i--)
        {
            sum += term;
            term *= (double)i / (all - i + 1);
        }

        return Math.Min(1, 2 * Math.Exp(ofLeast) * sum);
    }

    /// <summary>Gives a share; null where there is nothing to have a share of.</summary>
    public static double? Share(long hits, long of) => of == 0 ? null : (double)hits / of;
}
