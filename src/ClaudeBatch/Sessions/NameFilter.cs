using System.Management.Automation;

namespace ClaudeBatch.Sessions;

/// <summary>Matches names against a list of names and wildcard patterns, ignoring case. An empty list matches every name.</summary>
internal sealed class NameFilter
{
    private readonly HashSet<string> _names;

    private readonly WildcardPattern[] _patterns;

    public NameFilter(IReadOnlyCollection<string> names)
    {
        _names = names.Where(static n => !WildcardPattern.ContainsWildcardCharacters(n)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _patterns = [.. names.Where(WildcardPattern.ContainsWildcardCharacters)
            .Select(static n => WildcardPattern.Get(n, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant))];
        TakesAll = names.Count == 0;
    }

    public bool TakesAll { get; }

    public bool Takes(string name) => TakesAll || _names.Contains(name) || _patterns.Any(p => p.IsMatch(name));
}
