using System.Globalization;

namespace ClaudeBatch.Report;

/// <content>Which labels were taken for which. Many of them are folded away.</content>
internal sealed partial class ReportSections
{
    private const int MostLabels = 200;

    private const int MostInMatrix = 30;

    private const int MostMistakes = 10;

    // More than these fill a screen, or a page of paper.
    private const int MostOpen = 12;

    private const string All = "; Measure-ClaudeBatchResult has all";

    private void WriteMistakes(ReportEvaluation evaluation, int number)
    {
        ReportConfusion[] mistakes = [.. evaluation.Confusion.Where(static c => c.Actual is not null && c.Actual != c.Expected)];
        if (mistakes.Length == 0)
        {
            return;
        }

        Dictionary<string, long> rows = evaluation.Confusion.GroupBy(static c => c.Expected, StringComparer.Ordinal)
            .ToDictionary(static g => g.Key, static g => g.Sum(static c => c.Count), StringComparer.Ordinal);
        string which = mistakes.Length > MostMistakes ? Inv($", the first {MostMistakes} of {mistakes.Length:N0}") : string.Empty;
        _html.Table(
            $"mistakes-{number}",
            $"The most frequent mistakes of {evaluation.Job}{which}, with their share of the rows that have the expected label",
            ["Expected", "Answered", ">Rows", ">Share"]);
        foreach (ReportConfusion mistake in mistakes.OrderByDescending(static m => m.Count).Take(MostMistakes))
        {
            _html.Row(mistake.Expected, mistake.Actual, mistake.Count, Share.Of(mistake.Count, rows[mistake.Expected]));
        }

        _html.EndTable();
    }

    private void WriteLabels(ReportEvaluation evaluation, int number)
    {
        if (evaluation.Labels.Count == 0)
        {
            return;
        }

        bool isOpen = evaluation.Labels.Count <= MostOpen;
        string which = evaluation.Labels.Count > MostLabels
            ? Inv($"{MostLabels} of {evaluation.Labels.Count:N0} labels of {evaluation.Job}, those that most rows have{All}")
            : Inv($"{evaluation.Labels.Count} labels of {evaluation.Job}");
        _html.Folded($"labels-{number}", $"The {which}", isOpen)
            .Head("Label", ">Precision", ">Recall", ">F1", ">Rows that have it");
        foreach (ReportLabel label in Largest(evaluation.Labels, MostLabels))
        {
            _html.Row(label.Label, label.Precision, label.Recall, label.F1, label.Support);
        }

        _html.EndTable();
        WriteConfusion(evaluation, number, isOpen);
    }

    // Those that most rows have, in the order in which they came.
    private static ReportLabel[] Largest(IReadOnlyList<ReportLabel> labels, int most)
    {
        HashSet<ReportLabel> largest = [.. labels.OrderByDescending(static l => l.Support).Take(most)];
        return [.. labels.Where(largest.Contains)];
    }

    private void WriteConfusion(ReportEvaluation evaluation, int number, bool isOpen)
    {
        string[] labels = [.. Largest(evaluation.Labels, MostInMatrix).Select(static l => l.Label)];
        ConfusionMatrix matrix = ConfusionMatrix.Of(evaluation.Confusion, labels);
        string which = evaluation.Labels.Count > MostInMatrix
            ? Inv($", the {MostInMatrix} of {evaluation.Labels.Count:N0} labels that most rows have, and all others together{All}")
            : string.Empty;
        string type = isOpen ? "matrix" : "\"matrix wide\"";
        _html.Folded($"confusion-{number}", $"Confusion matrix of {evaluation.Job}: expected down, given across{which}", isOpen, type)
            .Head(["Expected", .. matrix.Columns.Select(static label => $">{label}")]);
        foreach (ConfusionLine line in matrix.Lines)
        {
            WriteConfusion(line);
        }

        _html.EndTable();
        if (!isOpen)
        {
            Markup("<p class=\"hint printed\">The matrix is too wide for paper; the most frequent mistakes stand above.</p>\n");
        }
    }

    // The shade is a share of the row's label, so that rare labels are seen, too.
    private void WriteConfusion(ConfusionLine line)
    {
        long sum = line.Counts.Sum();
        Markup("<tr><th scope=row>").Foreign(line.Expected, breaks: true).Markup("</th>");
        for (int column = 0; column < line.Counts.Length; column++)
        {
            long count = line.Counts[column];
            string type = column != line.Right ? "n wrong" : line.IsOthers ? "n" : "n right";
            string shade = ((double)count / sum).ToString("0.00", CultureInfo.InvariantCulture);
            _ = count == 0 ? Markup("<td>")
                : Markup($"<td class=\"{type}\" style=\"--shade:{shade}\">").Text(Figures.Alone(count));
            Markup("</td>");
        }

        Markup("</tr>\n");
    }
}
