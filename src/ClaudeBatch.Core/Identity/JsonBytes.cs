using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Identity;

/// <summary>Sets members of a JSON object in its text, of which everything else stays as it stands there, to the byte.</summary>
internal static class JsonBytes
{
    /// <summary>Gives the text without a byte order mark.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(byte[] text)
        => text.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? text.AsMemory(Encoding.UTF8.Preamble.Length) : text;

    /// <summary>Gives a text as JSON, with its quotes.</summary>
    public static byte[] Text(string text)
        => [(byte)'"', .. JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];

    /// <summary>
    /// Sets members: the value of one that is there is put in its place, each time where it stands several times; others come behind the
    /// last, laid out as the first is.
    /// </summary>
    /// <param name="json">The text of an object.</param>
    /// <param name="changes">The names, which need no escapes, and the JSON of the values.</param>
    /// <exception cref="JsonException">The text is no JSON object.</exception>
    public static byte[] Set(ReadOnlySpan<byte> json, IReadOnlyList<(string Name, byte[] Value)> changes)
    {
        JsonMembers members = new();
        if (!members.TryRead(json))
        {
            throw new JsonException("It is no JSON object.");
        }

        ArrayBufferWriter<byte> to = new();
        int at = 0;
        HashSet<string> done = [];
        for (int member = 0; member < members.Count; member++)
        {
            ReadOnlySpan<byte> name = json[members.Name(member)];
            foreach ((string changed, byte[] value) in changes)
            {
                if (IsNamed(name, changed))
                {
                    (int start, int length) = members.Value(member).GetOffsetAndLength(json.Length);
                    to.Write(json[at..start]);
                    to.Write(value);
                    at = start + length;
                    done.Add(changed);
                }
            }
        }

        if (members.Count == 0)
        {
            Append(to, changes, first: "{"u8, before: "\n  "u8, between: ": "u8);
            to.Write("\n}\n"u8);
            return to.WrittenSpan.ToArray();
        }

        // What stands between the brace and the first name, and between that and its value, is the way the file is laid out.
        int end = members.Value(members.Count - 1).End.Value;
        to.Write(json[at..end]);
        Append(
            to,
            changes.Where(c => !done.Contains(c.Name)),
            first: ","u8,
            before: json[(json.IndexOf((byte)'{') + 1)..members.Name(0).Start.Value],
            between: json[members.Name(0).End.Value..members.Value(0).Start.Value]);
        to.Write(json[end..]);
        return to.WrittenSpan.ToArray();
    }

    private static void Append(
        ArrayBufferWriter<byte> to,
        IEnumerable<(string Name, byte[] Value)> changes,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> before,
        ReadOnlySpan<byte> between)
    {
        foreach ((string name, byte[] value) in changes)
        {
            to.Write(first);
            to.Write(before);
            to.Write(Text(name));
            to.Write(between);
            to.Write(value);
            first = ","u8;
        }
    }

    private static bool IsNamed(ReadOnlySpan<byte> name, string text)
    {
        if (name.IndexOf((byte)'\\') < 0)
        {
            return name[1..^1].SequenceEqual(Encoding.UTF8.GetBytes(text));
        }

        try
        {
            Utf8JsonReader reader = new(name);
            return reader.Read() && reader.GetString() == text;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no name of ours.
            return false;
        }
    }
}
