using System.Globalization;

namespace ClaudeBatch.Emulator;

/// <summary>Draws the choices of one answer, one after the other: the same seed and custom id always give the same ones.</summary>
internal sealed class Chances(int seed, string customId)
{
    private int _drawn;

    /// <summary>Draws a whole number that is at least 0 and less than a limit.</summary>
    public int Next(int limit)
        => (int)(Draw.Number(seed, "answer", customId, (_drawn++).ToString(CultureInfo.InvariantCulture)) * limit);
}
