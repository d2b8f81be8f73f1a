using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Reads the requests of a body from disk one at a time, so that a body of any size takes little memory.</summary>
internal static class BodyScanner
{
    private const int ChunkSize = 256 * 1024;

    /// <summary>
    /// Gives the requests in their order. Each is the bytes of one JSON value, which are valid until the next one is asked for.
    /// </summary>
    /// <exception cref="ServiceError">The service would refuse the body; the message is the service's own.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> Items(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        byte[] buffer = new byte[ChunkSize];
        int filled = 0;
        int consumed = 0;
        bool isFinal = false;
        bool inArray = false;
        JsonReaderState state = default;
        while (true)
        {
            Step step = Advance(
                buffer.AsSpan(consumed, filled - consumed), isFinal, ref state, ref inArray, out int used, out int start, out int length);
            if (step == Step.Item)
            {
                yield return buffer.AsMemory(consumed + start, length);
            }

            consumed += used;
            if (step == Step.End)
            {
                yield break;
            }

            if (step == Step.NeedMore)
            {
                buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
                filled -= consumed;
                consumed = 0;
                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                int read = file.Read(buffer.AsSpan(filled));
                filled += read;
                isFinal = read == 0;
            }
        }
    }

    private static Step Advance(
        ReadOnlySpan<byte> bytes, bool isFinal, ref JsonReaderState state, ref bool inArray, out int used, out int start, out int length)
    {
        start = 0;
        length = 0;
        Utf8JsonReader reader = new(bytes, isFinal, state);
        Utf8JsonReader last = reader;
        try
        {
            while (reader.Read())
            {
                if (inArray && reader.CurrentDepth == 2 && reader.TokenType != JsonTokenType.EndArray)
                {
                    start = (int)reader.TokenStartIndex;
                    if (!reader.TrySkip())
                    {
                        return Stop(last, Step.NeedMore, ref state, out used);
                    }

                    length = (int)reader.BytesConsumed - start;
                    return Stop(reader, Step.Item, ref state, out used);
                }

                Structure(ref reader, ref inArray);
                last = reader;
            }
        }
        catch (JsonException e)
        {
            throw ServiceError.Invalid($"The request body is not valid JSON: {e.Message}");
        }

        return Stop(last, isFinal ? Step.End : Step.NeedMore, ref state, out used);
    }

    private static void Structure(ref Utf8JsonReader reader, ref bool inArray)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when reader.CurrentDepth == 1 && !reader.ValueTextEquals("requests"u8):
                throw ServiceError.Invalid($"{reader.GetString()}: Extra inputs are not permitted");
            case JsonTokenType.StartArray when reader.CurrentDepth == 1:
                inArray = true;
                break;
            case JsonTokenType.StartObject when reader.CurrentDepth == 0:
            case JsonTokenType.EndObject or JsonTokenType.EndArray or JsonTokenType.PropertyName:
                break;
            default:
                throw ServiceError.Invalid("requests: Input should be a valid list");
        }
    }

    private static Step Stop(Utf8JsonReader reader, Step step, ref JsonReaderState state, out int used)
    {
        state = reader.CurrentState;
        used = (int)reader.BytesConsumed;
        return step;
    }

    private enum Step
    {
        Item,
        NeedMore,
        End,
    }
}
