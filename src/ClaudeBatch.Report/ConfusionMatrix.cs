namespace ClaudeBatch.Report;

/// <summary>Which labels were given where which were right, as the lines of a table.</summary>
/// <param name="Columns">The labels, and what stands in place of one.</param>
/// <param name="Lines">A line for each label that a row has, and one for all others.</param>
internal sealed record ConfusionMatrix(IReadOnlyList<string> Columns, IReadOnlyList<ConfusionLine> Lines)
{
    public const string Others = "(other labels)";

    /// <summary>Lays the counts out. Labels that are not among those given have one line and one column together.</summary>
    public static ConfusionMatrix Of(IReadOnlyList<ReportConfusion> counts, IReadOnlyList<string> labels)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        foreach (string label in labels)
        {
            places.Add(label, places.Count);
        }

        int other = labels.Count, unparsable = other + 1, unanswered = other + 2;
        int ColumnOf(ReportConfusion count) => count.Actual is { } label ? places.GetValueOrDefault(label, other)
            : count.IsUnanswered ? unanswered : unparsable;
        SortedDictionary<int, long[]> lines = [];
        foreach (ReportConfusion count in counts)
        {
            int line = places.GetValueOrDefault(count.Expected, other);
            long[] cells = lines.TryGetValue(line, out long[]? known) ? known : lines[line] = new long[unanswered + 1];
            cells[ColumnOf(count)] += count.Count;
        }

        // A column that is no label is there where it has a count.
        int[] kept = [.. Enumerable.Range(0, unanswered + 1).Where(c => c < other || lines.Values.Any(l => l[c] > 0))];
        string[] names = [.. labels, Others, "(no label)", "(no answer)"];
        return new ConfusionMatrix(
            [.. kept.Select(c => names[c])],
            [.. lines.Select(l => new ConfusionLine(names[l.Key], l.Key, l.Key == other, [.. kept.Select(c => l.Value[c])]))]);
    }
}

/// <summary>What was given where one label was right.</summary>
/// <param name="Expected">The label.</param>
/// <param name="Right">The place of its column.</param>
/// <param name="IsOthers">Whether it stands for several labels, of which one may have been given for another.</param>
/// <param name="Counts">The counts, column by column.</param>
internal sealed record ConfusionLine(string Expected, int Right, bool IsOthers, long[] Counts);
