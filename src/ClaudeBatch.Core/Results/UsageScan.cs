using System.Text.Json;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>Reads a <c>usage</c> object. Every field may be absent or null; where the split of cache writes is missing they count as 5-minute ones.</summary>
internal static class UsageScan
{
    public static TokenUsage Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        long input = 0, writes = 0, read = 0, output = 0, searches = 0;
        long? write5m = null, write1h = null;
        string? geo = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8))
            {
                input = Number(ref reader);
            }
            else if (reader.ValueTextEquals("output_tokens"u8))
            {
                output = Number(ref reader);
            }
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
            {
                writes = Number(ref reader);
            }
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
            {
                read = Number(ref reader);
            }
            else if (reader.ValueTextEquals("cache_creation"u8))
            {
                (write5m, write1h) = Pair(ref reader, "ephemeral_5m_input_tokens"u8, "ephemeral_1h_input_tokens"u8);
            }
            else if (reader.ValueTextEquals("server_tool_use"u8))
            {
                searches = Pair(ref reader, "web_search_requests"u8, "web_fetch_requests"u8).First ?? 0;
            }
            else if (reader.ValueTextEquals("inference_geo"u8))
            {
                reader.Read();
                geo = reader.TokenType != JsonTokenType.String || reader.ValueTextEquals("not_available"u8) ? null
                    : reader.ValueTextEquals("us"u8) ? "us"
                    : reader.GetString();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new TokenUsage(input, write5m ?? writes, write1h ?? 0, read, output, searches, geo);
    }

    private static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : 0;
    }

    private static (long? First, long? Second) Pair(ref Utf8JsonReader reader, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        long? one = null, two = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return (one, two);
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(first))
            {
                one = Number(ref reader);
            }
            else if (reader.ValueTextEquals(second))
            {
                two = Number(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return (one, two);
    }
}
