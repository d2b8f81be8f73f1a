using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClaudeBatch.Core.Json;

/// <summary>The members of a JSON object, by the places where they stand. One instance serves many objects.</summary>
public sealed class JsonMembers
{
    private (Range Name, Range Value)[] _places = new (Range, Range)[16];

    public int Count { get; private set; }

    /// <summary>Finds the members; false where the text is not JSON, or no object.</summary>
    [MethodImpl(Hot.AtOnce)]
    public bool TryRead(ReadOnlySpan<byte> json)
    {
        Count = 0;
        try
        {
            JsonScanner scanner = new(json);
            if (!scanner.TryEnter())
            {
                return false;
            }

            while (scanner.TryMember(out Range name, out Range value))
            {
                if (Count == _places.Length)
                {
                    Array.Resize(ref _places, Count * 2);
                }

                _places[Count++] = (name, value);
            }

            return scanner.IsAtEnd();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Where a member's name stands, with quotes and escapes.</summary>
    public Range Name(int member) => _places[member].Name;

    /// <summary>Where a member's value stands.</summary>
    public Range Value(int member) => _places[member].Value;

    /// <summary>Finds no members, as there is no object.</summary>
    public void Clear() => Count = 0;
}
