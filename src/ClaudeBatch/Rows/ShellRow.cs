using System.Collections;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>
/// A row that came through the pipeline: a string, a dictionary, a data row, a custom object, or any object with properties.
/// </summary>
internal sealed class ShellRow : IRow
{
    private readonly object? _given;

    private PSObject? _object;

    private string[] _emptyPlaces = [];

    public ShellRow(object value, long number)
    {
        _given = value;
        _object = PSObject.AsPSObject(value);
        Number = number;
    }

    /// <summary>Makes a row with these properties. The object of it is made when somebody asks for it.</summary>
    public ShellRow(RowHeading heading, List<object?> values, long number)
    {
        Keep(heading, values);
        Number = number;
    }

    public long Number { get; }

    /// <summary>Whether the row is a string.</summary>
    public bool IsText => Heading is null && Bare is string;

    /// <summary>
    /// Whether all properties of the row are data, as they are of custom objects, tables and classes of a script. Of what .NET has a text for,
    /// such as a file, only the properties that a template names are used.
    /// </summary>
    public bool IsRecord
        => Heading is not null || Bare is PSCustomObject or IDictionary or DataRow || (!IsText && ScalarText.Of(Bare) is null);

    /// <summary>The row as an object of the shell.</summary>
    public PSObject Value => _object ??= ObjectView.Of(Heading!.Names, Values!);

    /// <summary>The row as it was given, for a script block.</summary>
    public object Given => _given ?? Value;

    /// <summary>The row without PowerShell's wrapper around it.</summary>
    public object Bare => Value.BaseObject;

    /// <summary>The names of a custom object whose properties are nothing but values, once they were read; else null.</summary>
    public RowHeading? Heading { get; private set; }

    /// <summary>The values of these properties, in the order of their names; null where there is no heading.</summary>
    public List<object?>? Values { get; private set; }

    /// <summary>What the row says of itself as text, in short.</summary>
    public string OwnText
        => ScalarText.Of(Bare) ?? (string)LanguagePrimitives.ConvertTo(Bare, typeof(string), CultureInfo.InvariantCulture);

    public IEnumerable<string> Names => Members(static _ => true).Select(static m => m.Name);

    /// <summary>The paths whose values were asked for and are empty, or nothing but white space.</summary>
    public IReadOnlyList<string> EmptyPlaces => _emptyPlaces;

    /// <summary>Keeps the properties of the row, which were all read.</summary>
    public void Keep(RowHeading heading, List<object?> values) => (Heading, Values) = (heading, values);

    public bool TryGetText(string path, out string text)
    {
        bool found = TryGet(path, out object? value);
        text = found ? JsonText.Text(value) : string.Empty;
        if (found && string.IsNullOrWhiteSpace(text) && !_emptyPlaces.Contains(path))
        {
            _emptyPlaces = [.. _emptyPlaces, path];
        }

        return found;
    }

    /// <summary>Gives the properties of the row by name and value, in their order.</summary>
    /// <param name="isWanted">Decides by its name whether a property is read.</param>
    public IEnumerable<(string Name, object? Value)> Members(Func<string, bool> isWanted) => Bare switch
    {
        string text => [("_", text)],
        IEnumerable and not IDictionary => [("_", Bare)], // a list that was piped as one object
        IDictionary dictionary => JsonText.Entries(dictionary).Where(e => isWanted(e.Name)),
        DataRow row => row.Table.Columns.Cast<DataColumn>().Where(c => isWanted(c.ColumnName))
            .Select(c => (c.ColumnName, row.IsNull(c) ? null : row[c])),
        _ => Value.Properties.Where(p => p.IsGettable && isWanted(p.Name)).Select(p => (p.Name, ValueOf(p))),
    };

    /// <summary>Gets the value at a path.</summary>
    /// <param name="path">The name of a property, also one with dots in it; or the names of nested properties with dots between them; or
    /// <c>_</c> for the row itself.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the row has no such property.</returns>
    public bool TryGet(string path, out object? value)
    {
        if (path != "_" && Heading is not null && Heading.IndexOf(path) is >= 0 and int place)
        {
            value = Values![place];
            return true;
        }

        object whole = Bare is PSCustomObject ? Value : Bare;
        if (path == "_")
        {
            value = whole;
            return true;
        }

        return TryPath(whole, path, out value);
    }

    // The longest name that is there counts: a column may be called 'Customer.Name'.
    private bool TryPath(object? from, string path, out object? value)
    {
        if (TryStep(from, path, out value))
        {
            return true;
        }

        for (int dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (TryStep(from, path[..dot], out object? inner) && TryPath(inner, path[(dot + 1)..], out value))
            {
                return true;
            }
        }

        value = null;
        return false;
    }

    private bool TryStep(object? from, string name, out object? value)
    {
        object? bare = ForeignValue.Bare(from);
        switch (bare)
        {
            case null or string: // the length of a text is no column
            case var _ when name.Length == 0: // what a path has that ends with a dot
                value = null;
                return false;
            case IDictionary dictionary:
                object? key = dictionary.Contains(name)
                    ? name
                    : dictionary.Keys.Cast<object>()
                        .FirstOrDefault(k => string.Equals(JsonText.Text(k), name, StringComparison.OrdinalIgnoreCase));
                value = key is null ? null : dictionary[key];
                return key is not null;
            case DataRow row when row.Table.Columns.Contains(name):
                value = row.IsNull(name) ? null : row[name];
                return true;
            default:
                PSPropertyInfo? property = PSObject.AsPSObject(bare is DateTime time ? ScalarText.Utc(time) : from!).Properties[name];
                value = property is null ? null : ValueOf(property);
                return property is not null;
        }
    }

    // A property of .NET whose getter throws, such as one of a process that has ended, has no value. One of a script is told.
    private object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return JsonText.ValueOf(property);
        }
        catch (ClaudeBatchException) when (!IsRecord)
        {
            return null;
        }
    }
}
