using System.Collections;
using System.Data;
using System.Management.Automation;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>
/// A row that came through the pipeline: a string, a dictionary, a data row, a custom object, or any object with properties.
/// </summary>
internal sealed class ShellRow : IRow
{
    private readonly object _bare;

    private readonly PSObject _object;

    public ShellRow(object value, long number)
    {
        _object = PSObject.AsPSObject(value);
        _bare = _object.BaseObject;
        Number = number;
    }

    public long Number { get; }

    /// <summary>Whether the row is a string.</summary>
    public bool IsText => _bare is string;

    /// <summary>
    /// Whether all properties of the row are data. Of any other object, only the properties that a template names are used.
    /// </summary>
    public bool IsRecord => _bare is PSCustomObject or IDictionary or DataRow;

    public IEnumerable<string> Names => Members().Select(static m => m.Name);

    public bool TryGetText(string path, out string text)
    {
        bool found = TryGet(path, out object? value);
        text = found ? JsonText.Invariant(value) : string.Empty;
        return found;
    }

    /// <summary>Gives the properties of the row by name and value, in their order.</summary>
    public IEnumerable<(string Name, object? Value)> Members() => _bare switch
    {
        string => [("_", _bare)],
        IDictionary dictionary => Entries(dictionary),
        DataRow row => row.Table.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, row.IsNull(c) ? null : row[c])),
        _ => _object.Properties.Where(static p => p.IsGettable).Select(static p => (p.Name, ValueOf(p))),
    };

    public bool TryGet(string path, out object? value)
    {
        value = _bare is PSCustomObject ? _object : _bare;
        if (path == "_")
        {
            return true;
        }

        foreach (string step in path.Split('.'))
        {
            if (!TryStep(value, step, out value))
            {
                return false;
            }
        }

        return true;
    }

    // The order of a plain hashtable differs from process to process. Its entries are sorted, so that the same row always gives the same
    // bytes.
    private static IEnumerable<(string Name, object? Value)> Entries(IDictionary dictionary)
    {
        IEnumerable<(string Name, object? Value)> entries = dictionary.Keys.Cast<object>()
            .Select(k => (JsonText.Invariant(k), Unwrap(dictionary[k])));
        return dictionary is Hashtable ? entries.OrderBy(static e => e.Name, StringComparer.Ordinal) : entries;
    }

    private static bool TryStep(object? from, string name, out object? value)
    {
        object? bare = Unwrap(from);
        switch (bare)
        {
            case null:
                value = null;
                return false;
            case IDictionary dictionary:
                object? key = dictionary.Contains(name)
                    ? name
                    : dictionary.Keys.Cast<object>()
                        .FirstOrDefault(k => string.Equals(JsonText.Invariant(k), name, StringComparison.OrdinalIgnoreCase));
                value = key is null ? null : Unwrap(dictionary[key]);
                return key is not null;
            case DataRow row when row.Table.Columns.Contains(name):
                value = row.IsNull(name) ? null : row[name];
                return true;
            default:
                PSPropertyInfo? property = PSObject.AsPSObject(from!).Properties[name];
                value = property is null ? null : ValueOf(property);
                return property is not null;
        }
    }

    // A property whose getter throws, such as one of a process that has ended, has no value.
    private static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return Unwrap(property.Value);
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    private static object? Unwrap(object? value)
        => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
}
