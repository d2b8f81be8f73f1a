using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Json;

namespace ClaudeBatch.Output;

/// <summary>Finds a member of a JSON object by its name, and makes no object. What is not plain is left to whoever makes one.</summary>
/// <param name="name">The name; null for the only member that there is.</param>
internal sealed class PlainMember(string? name)
{
    private readonly byte[] _name = name is null ? [] : RowShape.Json(name)[..^1];

    private readonly JsonMembers _members = new();

    /// <summary>How many members the object has that was read last.</summary>
    public int Count => _members.Count;

    /// <summary>Reads an object. Returns false where the text is no object of JSON.</summary>
    [MethodImpl(Hot.AtOnce)]
    public bool TryRead(ReadOnlySpan<byte> json) => _members.TryRead(json);

    /// <summary>Finds the value in the object that was read. Returns false where there is none, or where it is not certain which one is meant.</summary>
    [MethodImpl(Hot.AtOnce)]
    public bool TryFind(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (name is null)
        {
            value = _members.Count == 1 ? json[_members.Value(0)] : default;
            return _members.Count == 1;
        }

        int found = 0;
        for (int i = 0; i < _members.Count; i++)
        {
            ReadOnlySpan<byte> its = json[_members.Name(i)];
            if (its.SequenceEqual(_name) || Ascii.EqualsIgnoreCase(its, _name))
            {
                found++;
                value = json[_members.Value(i)];
            }
        }

        return found == 1;
    }

    /// <summary>Gives the text of a value, null for null. Returns false where an object has to be made to know it.</summary>
    [MethodImpl(Hot.AtOnce)]
    public static bool TryText(ReadOnlySpan<byte> json, out string? text)
    {
        text = null;
        switch ((char)json[0])
        {
            case '"':
                return MendedText.TryRead(json[1..^1], out text);
            case 'n':
                return true;
            case 't' or 'f':
                text = json[0] == 't' ? "true" : "false";
                return true;
            default:
                bool isPlain = json.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && PlainJson.IsPlainNumber(json);
                text = isPlain ? Encoding.ASCII.GetString(json) : null;
                return isPlain;
        }
    }
}
