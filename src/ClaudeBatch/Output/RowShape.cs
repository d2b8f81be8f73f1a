using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Json;

namespace ClaudeBatch.Output;

/// <summary>The names of a row, in their order, and the columns that they have. Nearly all rows of a job have the same.</summary>
internal sealed class RowShape
{
    private readonly byte[][] _names;

    public RowShape(ReadOnlySpan<byte> row, JsonMembers members, ResultColumns columns)
    {
        _names = new byte[members.Count][];
        string[] names = new string[members.Count];
        IsPlain = true;
        for (int i = 0; i < names.Length; i++)
        {
            _names[i] = row[members.Name(i)].ToArray();
            Utf8JsonReader reader = new(_names[i]);
            reader.Read();
            names[i] = MendedText.Read(ref reader, out bool isMended);
            IsPlain &= !isMended;
        }

        IsPlain &= names.Distinct(StringComparer.Ordinal).Count() == names.Length;
        Columns = IsPlain ? columns.Free(names) : [];
        Names = [.. Columns.Select(Json)];
    }

    /// <summary>Whether each of the names is a text, and none comes twice.</summary>
    public bool IsPlain { get; }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>The columns as names in JSON.</summary>
    public IReadOnlyList<byte[]> Names { get; }

    /// <summary>Gives a name as it stands before its value in JSON.</summary>
    public static byte[] Json(string name)
        => [(byte)'"', .. JsonEncodedText.Encode(name, JsonText.Options.Encoder).EncodedUtf8Bytes, (byte)'"', (byte)':'];

    /// <summary>Tells whether a row has this shape.</summary>
    public bool IsOf(ReadOnlySpan<byte> row, JsonMembers members)
    {
        if (members.Count != _names.Length)
        {
            return false;
        }

        for (int i = 0; i < _names.Length; i++)
        {
            if (!row[members.Name(i)].SequenceEqual(_names[i]))
            {
                return false;
            }
        }

        return true;
    }
}
