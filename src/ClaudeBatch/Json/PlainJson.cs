using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClaudeBatch.Core;

namespace ClaudeBatch.Json;

/// <summary>
/// Knows the JSON that is the same, but for white space, when objects are made of it (<see cref="ObjectView"/>) and written again
/// (<see cref="JsonText"/>). Most of what services and ledgers write is.
/// </summary>
internal sealed class PlainJson
{
    // An Int64 and a Decimal have more digits.
    private const int MostOfNumber = 18;

    private const int MostNames = 64;

    private static readonly JavaScriptEncoder s_encoder = JsonText.Options.Encoder!;

    private static readonly JsonReaderOptions s_whole = new() { MaxDepth = ObjectView.Deepest };

    // The object around it counts.
    private static readonly JsonReaderOptions s_member = new() { MaxDepth = ObjectView.Deepest - 1 };

    private readonly ArrayBufferWriter<byte> _copy = new(1024);

    private readonly List<Range> _names = [];

    private readonly Stack<int> _firstNames = [];

    /// <summary>The JSON that was copied last, without white space. It is valid until the next copy.</summary>
    public ReadOnlySpan<byte> Copy => _copy.WrittenSpan;

    /// <summary>Tells whether a string is written again as it stands.</summary>
    /// <param name="text">What stands between the quotes.</param>
    public static bool IsPlainText(ReadOnlySpan<byte> text)
    {
        for (int at = s_encoder.FindFirstCharacterToEncodeUtf8(text); at >= 0; at = s_encoder.FindFirstCharacterToEncodeUtf8(text))
        {
            if (text[at] != '\\'
                || text[at + 1] is not ((byte)'n' or (byte)'"' or (byte)'\\' or (byte)'t' or (byte)'r' or (byte)'b' or (byte)'f'))
            {
                return false;
            }

            text = text[(at + 2)..];
        }

        return true;
    }

    /// <summary>Tells whether a text is written as it stands, between quotes.</summary>
    /// <param name="text">What no escape stands in.</param>
    public static bool IsBareText(ReadOnlySpan<byte> text) => s_encoder.FindFirstCharacterToEncodeUtf8(text) < 0;

    /// <summary>Tells whether a number is written again as it stands.</summary>
    [MethodImpl(Hot.AtOnce)]
    public static bool IsPlainNumber(ReadOnlySpan<byte> number)
        => number.Length <= MostOfNumber && number.IndexOfAny((byte)'e', (byte)'E') < 0
            && (number.IndexOfAnyInRange((byte)'1', (byte)'9') >= 0 || number.SequenceEqual("0"u8));

    /// <summary>Copies JSON. Returns false where it is not certain that it is plain.</summary>
    /// <exception cref="JsonException">No objects can be made of it: it is not JSON, or nested too deeply.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool TryCopy(ReadOnlySpan<byte> json) => TryCopy(json, s_whole);

    /// <summary>Copies the JSON of a member. Returns false where it is not certain that it is plain.</summary>
    [MethodImpl(Hot.AtOnce)]
    public bool TryCopyMember(ReadOnlySpan<byte> json)
    {
        try
        {
            return TryCopy(json, s_member);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private bool TryCopy(ReadOnlySpan<byte> json, JsonReaderOptions options)
    {
        _copy.ResetWrittenCount();
        _names.Clear();
        _firstNames.Clear();
        bool isBehindValue = false;
        Utf8JsonReader reader = new(json, options);
        while (reader.Read())
        {
            bool isEnd = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (isBehindValue && !isEnd)
            {
                _copy.Write(","u8);
            }

            if (!TryToken(ref reader, json))
            {
                return false;
            }

            isBehindValue = reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName);
        }

        return true;
    }

    private bool TryToken(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        Range place = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                if (reader.ValueIsEscaped || !TryName(reader.ValueSpan, json))
                {
                    return false;
                }

                int start = (int)reader.TokenStartIndex + 1;
                _names.Add(start..(start + reader.ValueSpan.Length));
                _copy.Write("\""u8);
                _copy.Write(reader.ValueSpan);
                _copy.Write("\":"u8);
                return true;
            case JsonTokenType.StartObject:
                _firstNames.Push(_names.Count);
                break;
            case JsonTokenType.EndObject:
                int first = _firstNames.Pop();
                _names.RemoveRange(first, _names.Count - first);
                break;
            case JsonTokenType.String when !IsPlainText(reader.ValueSpan):
            case JsonTokenType.Number when !IsPlainNumber(reader.ValueSpan):
                return false;
        }

        _copy.Write(json[place]);
        return true;
    }

    // What stands at an object's name that comes twice is the last value, at the first place.
    private bool TryName(ReadOnlySpan<byte> name, ReadOnlySpan<byte> json)
    {
        if (_names.Count == MostNames || !IsPlainText(name))
        {
            return false;
        }

        for (int i = _firstNames.Peek(); i < _names.Count; i++)
        {
            if (json[_names[i]].SequenceEqual(name))
            {
                return false;
            }
        }

        return true;
    }
}
