using System.Management.Automation;
using System.Management.Automation.Host;

namespace ClaudeBatch;

/// <summary>Texts of the cells of tables. The views of ClaudeBatch.Format.ps1xml call it, so that it is public.</summary>
public static class TableText
{
    // A window that is narrower, or whose width is not known, has a table that the shell cuts.
    private const int Least = 24;

    /// <summary>
    /// Cuts a text in its middle, as ids differ at their end: those of the variants of a row have one beginning, and the name of the variant
    /// behind it.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The most characters, which are at least two.</param>
    public static string? Cut(string? text, int width)
    {
        if (text is null || text.Length <= width)
        {
            return text;
        }

        // The longest name of a variant stays whole where there is room for it.
        int end = Math.Min(18, width - 2);
        return $"{text[..(width - end - 1)]}…{text[^end..]}";
    }

    /// <summary>Gives how many characters of the window's width the other columns leave to one that takes the rest.</summary>
    /// <param name="host">The host, which may have no window.</param>
    /// <param name="others">The width of the other columns, with the blanks between.</param>
    public static int Room(PSHost? host, int others)
    {
        try
        {
            return Math.Max(Least, (host?.UI?.RawUI?.BufferSize.Width ?? 0) - others);
        }
        catch (Exception e) when (e is HostException or NotImplementedException or PSNotImplementedException or IOException)
        {
            return Least;
        }
    }
}
