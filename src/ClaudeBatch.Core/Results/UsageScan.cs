using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// Reads a <c>usage</c> object. Every field may be absent or null; without those of input and output it is none. Where
/// <c>cache_creation</c> is absent, all cache writes count as 5-minute ones.
/// </summary>
internal static class UsageScan
{
    [MethodImpl(Hot.AtOnce)]
    public static (TokenUsage Usage, bool IsThere) Read(ref JsonScanner scanner)
    {
        if (!scanner.TryEnter())
        {
            return default;
        }

        long writes = 0, read = 0, searches = 0;
        long? input = null, output = null, write5m = null, write1h = null;
        string? geo = null;
        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("input_tokens"u8))
            {
                input = CountOrNull(ref scanner);
            }
            else if (name.SequenceEqual("output_tokens"u8))
            {
                output = CountOrNull(ref scanner);
            }
            else if (name.SequenceEqual("cache_creation_input_tokens"u8))
            {
                writes = Count(ref scanner);
            }
            else if (name.SequenceEqual("cache_read_input_tokens"u8))
            {
                read = Count(ref scanner);
            }
            else if (name.SequenceEqual("cache_creation"u8))
            {
                (write5m, write1h) = Pair(ref scanner, "ephemeral_5m_input_tokens"u8, "ephemeral_1h_input_tokens"u8);
            }
            else if (name.SequenceEqual("server_tool_use"u8))
            {
                searches = Pair(ref scanner, "web_search_requests"u8, "web_fetch_requests"u8).First ?? 0;
            }
            else if (name.SequenceEqual("inference_geo"u8))
            {
                geo = scanner.TextOrNull("not_available") switch
                {
                    "not_available" => null,
                    "us" => "us",
                    var other => other,
                };
            }
            else
            {
                scanner.Skip();
            }
        }

        TokenUsage usage = new(input ?? 0, write5m ?? writes, write1h ?? 0, read, output ?? 0, searches, geo);
        return (usage, input is not null && output is not null);
    }

    private static long Count(ref JsonScanner scanner) => CountOrNull(ref scanner) ?? 0;

    private static long? CountOrNull(ref JsonScanner scanner)
        => scanner.NumberOrNull() is not { } count ? null
            : count is >= 0 and <= uint.MaxValue ? count
            : throw new FormatException("No count of tokens.");

    [MethodImpl(Hot.AtOnce)]
    private static (long? First, long? Second) Pair(ref JsonScanner scanner, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        long? one = null, two = null;
        if (!scanner.TryEnter())
        {
            return (one, two);
        }

        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual(first))
            {
                one = Count(ref scanner);
            }
            else if (name.SequenceEqual(second))
            {
                two = Count(ref scanner);
            }
            else
            {
                scanner.Skip();
            }
        }

        return (one, two);
    }
}
