using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>The properties that a schema names. An answer nearly always has them in the same order, so that is tried first.</summary>
internal sealed class SchemaProperties
{
    private readonly List<(byte[] Utf8, string Name, SchemaNode Schema)> _inOrder = [];

    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    public int Count => _inOrder.Count;

    public void Add(string name, SchemaNode schema)
    {
        if (_byName.TryAdd(name, _inOrder.Count))
        {
            _inOrder.Add((Encoding.UTF8.GetBytes(name), name, schema));
        }
    }

    /// <summary>Finds the schema of a property; null where the property is not named.</summary>
    /// <param name="property">A property of the answer.</param>
    /// <param name="next">The number of the property that is expected, from 0; afterwards that of the one expected next.</param>
    /// <param name="name">The name, where it is the schema's own; else a star, for a name out of an answer is not to be repeated.</param>
    public SchemaNode? Find(JsonProperty property, ref int next, out string name)
    {
        int at = next < _inOrder.Count && property.NameEquals(_inOrder[next].Utf8) ? next
            : _byName.TryGetValue(property.Name, out int other) ? other
            : -1;
        next = at + 1;
        name = at < 0 ? "*" : _inOrder[at].Name;
        return at < 0 ? null : _inOrder[at].Schema;
    }
}
