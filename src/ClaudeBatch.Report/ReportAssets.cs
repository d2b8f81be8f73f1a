using System.Security.Cryptography;

namespace ClaudeBatch.Report;

/// <summary>The scripts and styles of the page, which are resources of the assembly.</summary>
internal static class ReportAssets
{
    public const string Charts = "echarts.common.min.js";

    public const string Table = "tabulator.min.js";

    public const string TableStyle = "tabulator_simple.min.css";

    public const string PageStyle = "page.css";

    public const string ChartsOfPage = "charts.js";

    public const string ReadingOfPage = "reading.js";

    public const string RowsOfPage = "rows.js";

    /// <summary>Reads a resource as it stands in the page: without what it says last of its source map, which nobody has.</summary>
    public static byte[] Read(string name)
    {
        byte[] bytes = ReadWhole(name);
        int map = bytes.AsSpan().LastIndexOf("# sourceMappingURL="u8);
        return map < 0 ? bytes : bytes[..bytes.AsSpan(0, map).LastIndexOf((byte)'\n')];
    }

    /// <summary>Reads a resource as it was published.</summary>
    public static byte[] ReadWhole(string name)
    {
        using Stream stream = typeof(ReportAssets).Assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Gives the source that a Content-Security-Policy names a script by.</summary>
    public static string PolicyOf(ReadOnlySpan<byte> script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(script))}'";
}
