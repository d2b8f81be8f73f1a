using System.Management.Automation;

namespace ClaudeBatch.Completers;

/// <summary>What was typed of a value that is completed.</summary>
internal static class TypedWord
{
    /// <summary>Gives the pattern of the values that begin with it, in letters of any case.</summary>
    public static WildcardPattern Pattern(string typed)
        => WildcardPattern.Get(typed.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
}
