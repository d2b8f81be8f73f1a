using System.Management.Automation;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Output;

/// <summary>Makes an object of what jobs have answered for one row: a column for each job, and the columns of the row behind.</summary>
internal sealed class ComparisonColumns
{
    /// <summary>The name of the type that the objects have.</summary>
    public const string TypeName = "ClaudeBatch.ResultComparison";

    private const string Equal = "IsEqual";

    private const string SourcePrefix = "Source.";

    private readonly string[] _fixed;

    // The most properties that the shell shows as a table; more are a list.
    private const int MostInTable = 4;

    private readonly string[] _answers;

    private PSMemberSet? _shown;

    /// <param name="jobs">The names of the jobs.</param>
    /// <param name="hasEqual">Whether rows that are the same are given, too, so that an object says which it is.</param>
    public ComparisonColumns(IReadOnlyList<string> jobs, bool hasEqual)
    {
        string[] first = hasEqual ? [nameof(BatchResult.CustomId), Equal] : [nameof(BatchResult.CustomId)];
        HashSet<string> given = new(first, StringComparer.OrdinalIgnoreCase);
        string[] answers = [.. jobs.Select(j => given.Add(j) ? j : Free(given, j, "Job."))];
        string[] statuses = [.. jobs.Select(j => Free(given, j + "." + nameof(BatchResult.Status), string.Empty))];
        _fixed = [.. first, .. answers, .. statuses];
        _answers = [.. first, .. answers];
    }

    /// <param name="customId">The id of the row.</param>
    /// <param name="isEqual">Whether all jobs have the same answer.</param>
    /// <param name="answers">The answer of each job and its status; null both where the job does not have the row.</param>
    /// <param name="source">The row; null where there is none.</param>
    public PSObject Of(string customId, bool? isEqual, IReadOnlyList<(string? Label, string? Status)> answers, object? source)
    {
        List<object?> values = [customId];
        if (isEqual is { } equal)
        {
            values.Add(equal);
        }

        values.AddRange(answers.Select(static a => a.Label));
        values.AddRange(answers.Select(static a => a.Status));
        List<string> names = [.. _fixed];
        HashSet<string> given = new(names, StringComparer.OrdinalIgnoreCase);
        foreach ((string name, object? value) in source is null ? [] : new ShellRow(source, number: 0).Members(static _ => true))
        {
            names.Add(name.Length > 0 && given.Add(name) ? name : Free(given, name, SourcePrefix));
            values.Add(value);
        }

        PSObject row = ObjectView.Of(names, values);
        row.TypeNames.Insert(0, TypeName);
        row.Members.Add(_shown ??= new PSMemberSet(
            "PSStandardMembers", [new PSPropertySet("DefaultDisplayPropertySet", [.. _answers, .. RowColumns(names, values)])]));
        return row;
    }

    // An id says little of a row. A list has room for all of its columns; a table for none, or for the one with the longest text.
    private IEnumerable<string> RowColumns(List<string> names, List<object?> values)
    {
        IEnumerable<int> columns = Enumerable.Range(_fixed.Length, names.Count - _fixed.Length);
        return (_answers.Length > MostInTable ? columns : columns.OrderByDescending(i => JsonText.Text(values[i] ?? string.Empty).Length)
                .Take(_answers.Length < MostInTable ? 1 : 0))
            .Select(i => names[i]);
    }

    private static string Free(HashSet<string> given, string name, string prefix)
    {
        name = prefix + name;
        while (!given.Add(name))
        {
            name = SourcePrefix + name;
        }

        return name;
    }
}
