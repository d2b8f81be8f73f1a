using System.Collections;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>The fields of one object, found by name without an allocation: the checker asks for every name of a million requests.</summary>
public sealed class RequestFieldTable : IReadOnlyList<RequestField>
{
    private readonly RequestField[] _all;

    // Names of one length are a handful at most; comparing them costs less than a hash of the name would.
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

    /// <summary>The field of that name; null where there is none.</summary>
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

    /// <summary>The field whose name the reader stands on; null where there is none.</summary>
    internal RequestField? Find(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> name = reader.ValueSpan;
        RequestField[][] lengths = _byLength;
        if (name.Length < lengths.Length)
        {
            foreach (RequestField field in lengths[name.Length])
            {
                ReadOnlySpan<byte> known = field.Utf8;
                if (name[^1] == known[^1] && name.SequenceEqual(known)) // the last byte tells most names of one length apart
                {
                    return field;
                }
            }
        }

        return reader.ValueIsEscaped ? Find(reader.GetString()!) : null; // an escape is no part of a name that was found
    }
}
