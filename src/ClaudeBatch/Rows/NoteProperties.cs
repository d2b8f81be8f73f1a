using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;

namespace ClaudeBatch.Rows;

/// <summary>
/// Reads the properties of a custom object that are nothing but values, as Import-Csv, Select-Object and <c>[pscustomobject]</c> make them.
/// </summary>
/// <remarks>
/// To enumerate <see cref="PSObject.Properties"/> the shell makes some objects for each row, which takes longer than to make its request.
/// What it keeps of an object itself is not in the reference that is compiled against; where a shell does not have it, the properties are
/// enumerated.
/// </remarks>
internal static class NoteProperties
{
    private static readonly Func<PSObject, PSMemberInfoCollection<PSMemberInfo>>? s_own
        = Getter<PSMemberInfoCollection<PSMemberInfo>>("InstanceMembers");

    private static readonly Func<PSObject, Collection<string>>? s_types = Getter<Collection<string>>("InternalTypeNames");

    /// <summary>Reads an object. Returns false where it is no custom object, or has other properties than values of its own.</summary>
    /// <param name="value">The object.</param>
    /// <param name="names">Takes the names, in their order.</param>
    /// <param name="values">Takes the values.</param>
    /// <param name="types">The names of the object's types, by which the shell may know of more properties.</param>
    public static bool TryRead(object value, List<string> names, List<object?> values, out Collection<string> types)
    {
        types = [];
        if (s_own is null || s_types is null || value is not PSObject { BaseObject: PSCustomObject } item)
        {
            return false;
        }

        foreach (PSMemberInfo member in s_own(item))
        {
            if (member is not PSPropertyInfo)
            {
                continue; // a method, or what the shell has added to describe the object
            }

            if (member.GetType() != typeof(PSNoteProperty))
            {
                return false;
            }

            names.Add(member.Name);
            values.Add(member.Value);
        }

        types = s_types(item);
        return true;
    }

    private static Func<PSObject, T>? Getter<T>(string property)
        where T : class
    {
        MethodInfo? getter = typeof(PSObject).GetProperty(property, BindingFlags.Instance | BindingFlags.NonPublic)?.GetMethod;
        return getter is not null && typeof(T).IsAssignableFrom(getter.ReturnType) ? getter.CreateDelegate<Func<PSObject, T>>() : null;
    }
}
