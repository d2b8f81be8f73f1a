namespace ClaudeBatch.Report;

/// <summary>Which labels were given where which were right, as the lines of a table.</summary>
/// <param name="Columns">The labels, and what stands in place of one.</param>
/// <param name="Lines">A line for each label that a row has.</param>
internal sealed record ConfusionMatrix(IReadOnlyList<string> Columns, IReadOnlyList<ConfusionLine> Lines)
{
    /// <summary>Lays the counts out. Labels that are not among those given have no line, and one column together.</summary>
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
        Dictionary<int, long[]> lines = [];
        foreach (ReportConfusion count in counts)
        {
            if (places.TryGetValue(count.Expected, out int line))
            {
                long[] cells = lines.TryGetValue(line, out long[]? known) ? known : lines[line] = new long[unanswered + 1];
                cells[ColumnOf(count)] += count.Count;
            }
        }

        // A column that is no label is there where it has a count.
        int[] kept = [.. Enumerable.Range(0, unanswered + 1).Where(c => c < other || lines.Values.Any(l => l[c] > 0))];
        string[] names = [.. labels, "(another)", "(no label)", "(no answer)"];
        return new ConfusionMatrix(
            [.. kept.Select(c => names[c])],
            [.. lines.OrderBy(static l => l.Key).Select(l => new ConfusionLine(labels[l.Key], l.Key, [.. kept.Select(c => l.Value[c])]))]);
    }
}

/// <summary>What was given where one label was right.</summary>
/// <param name="Expected">The label.</param>
/// <param name="Right">The place of its column.</param>
/// <param name="Counts">The counts, column by column.</param>
internal sealed record ConfusionLine(string Expected, int Right, long[] Counts);
