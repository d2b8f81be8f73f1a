using System.Text;
using System.Text.Json.Nodes;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Gives results with the faults of a plan, as a service with an error or a bad connection would give them. The file of results is not
/// changed.
/// </summary>
internal static class TamperedResults
{
    private const int Newline = '\n';

    public static Stream Of(Stream results, EmulatorFault? fault)
    {
        switch (fault?.Kind)
        {
            case null:
                return results;
            case FaultKind.DownloadCut:
                return new BrokenBody(results, results.Length / 2, stalls: false);
            case FaultKind.DownloadStall:
                return new BrokenBody(results, results.Length / 2, stalls: true);
        }

        using (results)
        {
            byte[] whole = new byte[results.Length];
            results.ReadExactly(whole);
            return new MemoryStream(Changed(whole, fault), writable: false);
        }
    }

    private static byte[] Changed(byte[] whole, EmulatorFault fault)
    {
        List<byte[]> lines = [.. Lines(whole)];
        switch (fault.Kind)
        {
            case FaultKind.TornLastLine:
                return whole[..^Math.Min(whole.Length, 20)];
            case FaultKind.DownloadShort:
                lines.RemoveRange(lines.Count / 2, lines.Count - (lines.Count / 2));
                break;
            case FaultKind.DuplicatedLines:
                lines.AddRange(lines.Take(fault.Count).ToArray());
                break;
            case FaultKind.MissingLines:
                lines.RemoveRange(0, Math.Min(fault.Count, lines.Count));
                break;
            case FaultKind.ForeignLines:
                lines.AddRange(Enumerable.Range(1, fault.Count).Select(static i => Encoding.UTF8.GetBytes(
                    $$$"""{"custom_id":"somebody-elses-{{{i}}}","result":{"type":"canceled"}}""" + "\n")));
                break;
            case FaultKind.UsageMissing:
                for (int i = 0; i < Math.Min(fault.Count, lines.Count); i++)
                {
                    lines[i] = WithoutUsage(lines[i]);
                }

                break;
            default:
                for (int i = 0; i < Math.Min(fault.Count, lines.Count); i++)
                {
                    // Every other line gets a byte that is not UTF-8; the lines between lose their second half.
                    lines[i] = i % 2 == 0
                        ? [.. lines[i][..^10], 0xFF, .. lines[i][^9..]]
                        : [.. lines[i][..(lines[i].Length / 2)], (byte)Newline];
                }

                break;
        }

        return [.. lines.SelectMany(static l => l)];
    }

    private static byte[] WithoutUsage(byte[] line)
    {
        JsonNode parsed = JsonNode.Parse(line)!;
        (parsed["result"]!["message"] as JsonObject)?.Remove("usage");
        return [.. Encoding.UTF8.GetBytes(parsed.ToJsonString()), (byte)Newline];
    }

    private static IEnumerable<byte[]> Lines(byte[] whole)
    {
        int start = 0;
        while (start < whole.Length)
        {
            int end = Array.IndexOf(whole, (byte)Newline, start) + 1;
            end = end == 0 ? whole.Length : end;
            yield return whole[start..end];
            start = end;
        }
    }
}
