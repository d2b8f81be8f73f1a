using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Results;

/// <summary>Whether an answer that is JSON can be given as objects without loss.</summary>
public static class AnswerJson
{
    /// <summary>The deepest nesting that is given as objects, which is the default of <see cref="Utf8JsonReader"/>.</summary>
    private const int Deepest = 64;

    /// <summary>Tells whether a text may be a JSON object or array.</summary>
    public static bool MayBe(ReadOnlySpan<char> text) => text.TrimStart() is ['{' or '[', ..];

    /// <summary>Says why JSON cannot be given as objects; null where it can, and where it is not JSON.</summary>
    /// <param name="json">The answer in UTF-8.</param>
    public static string? Fault(ReadOnlySpan<byte> json) => Fault(json, "The answer is", "Output is null; Text has it.");

    /// <summary>Says why what a call passes to its tool cannot be given as objects; null where it can.</summary>
    internal static string? Fault(ToolUse call)
        => Fault(call.Input.Span, $"What it passes to {call.Name} is", "Output and the call's Input are null; Raw has it.");

    private static string? Fault(ReadOnlySpan<byte> json, string what, string where)
    {
        bool mayBeDeep = Openings(json) > Deepest;
        bool hasHalfPair = JsonTexts.HaveHalfPair(json);
        return (!mayBeDeep && !hasHalfPair) || Depth(json) is not { } depth ? null
            : depth > Deepest ? $"{what} JSON nested more than {Deepest} levels deep, so that {where}"
            : hasHalfPair ? $"{what} JSON with half of a surrogate pair in a string, so that {where}"
            : null;
    }

    /// <summary>
    /// Tells whether the line of an answer may have something that is not given as it came. It is far faster than to read the answer.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    internal static bool MayBeOdd(ReadOnlySpan<byte> line)
    {
        int openings = 0, at = 0;
        Vector128<byte> all = Vector128<byte>.Zero, escapes = Vector128<byte>.Zero;
        for (; at <= line.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.Create(line[at..]);
            Vector128<byte> opening = Vector128.Equals(bytes, Vector128.Create((byte)'{'))
                | Vector128.Equals(bytes, Vector128.Create((byte)'['));
            openings += BitOperations.PopCount(opening.ExtractMostSignificantBits());
            escapes |= Vector128.Equals(bytes, Vector128.Create((byte)'\\'));
            all |= bytes;
        }

        ReadOnlySpan<byte> rest = line[at..];
        bool mayHavePairs = escapes != Vector128<byte>.Zero || rest.Contains((byte)'\\');
        bool mayBeInvalid = all.ExtractMostSignificantBits() != 0 || !Ascii.IsValid(rest);
        return openings + Openings(rest) > Deepest
            || (mayHavePairs && (line.IndexOf(@"\ud"u8) >= 0 || line.IndexOf(@"\uD"u8) >= 0))
            || (mayBeInvalid && !Utf8.IsValid(line));
    }

    private static int Openings(ReadOnlySpan<byte> json) => json.Count((byte)'{') + json.Count((byte)'[');

    // How deep JSON is nested; null where it is not JSON.
    private static int? Depth(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
            int deepest = 0;
            while (reader.Read())
            {
                deepest = Math.Max(deepest, reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray
                    ? reader.CurrentDepth + 1
                    : 0);
            }

            return deepest;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
