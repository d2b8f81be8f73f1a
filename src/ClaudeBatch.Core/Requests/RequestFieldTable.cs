using System.Collections;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// The fields of one object. A field is found by its name without an allocation, because the checker does that for every name in a million
/// requests.
/// </summary>
public sealed class RequestFieldTable : IReadOnlyList<RequestField>
{
    private readonly RequestField[] _all;

    // Few names have the same length, so comparing them takes less time than a hash of the name.
    private readonly RequestField[][] _byLength;

    internal RequestFieldTable(params RequestField[] fields)
    {
        _all = fields;
        _byLength = [.. Enumerable.Range(0, fields.Select(static f => f.Name.Length + 1).DefaultIfEmpty().Max())
            .Select(length => fields.Where(f => f.Name.Length == length).ToArray())];
    }

    public static RequestFieldTable Empty { get; } = new();

    public int Count => _all.Length;

    public RequestField this[int index] => _all[index];

    /// <summary>Finds the field with this name; null where there is none.</summary>
    public RequestField? Find(string name)
    {
        foreach (RequestField field in name.Length < _byLength.Length ? _byLength[name.Length] : [])
        {
            if (field.Name == name)
            {
                return field;
            }
        }

        return null;
    }

    public IEnumerator<RequestField> GetEnumerator() => ((IEnumerable<RequestField>)_all).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Finds the field with the property name that the reader is at; null where there is none.</summary>
    internal RequestField? Find(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> name = reader.ValueSpan;
        RequestField[][] lengths = _byLength;
        if (name.Length < lengths.Length)
        {
            foreach (RequestField field in lengths[name.Length])
            {
                ReadOnlySpan<byte> known = field.Utf8;
                if (name[^1] == known[^1] && name.SequenceEqual(known)) // most names of one length differ in the last byte
                {
                    return field;
                }
            }
        }

        return reader.ValueIsEscaped ? Find(reader.GetString()!) : null; // the bytes above are compared with their escapes
    }
}
