using ClaudeBatch.Core.Measures;

namespace ClaudeBatch.Core.Tests.Measures;

public sealed class MeasuredJobTests
{
    private const int Yes = 0;

    private const int No = 1;

    private static readonly MeasuredRow s_right = new(Yes, Yes, 0);

    private static readonly MeasuredRow s_wrong = new(Yes, No, 0);

    [Fact]
    public void Without_rows_nothing_is_known_and_nothing_fails()
    {
        ConfusionTable table = new();
        Assert.Empty(table.Scores());
        Assert.Null(ConfusionTable.MacroF1(table.Scores()));
        Assert.Null(ConfusionTable.WeightedF1(table.Scores()));

        PairTable pair = new();
        Assert.Null(pair.Agreement);
        Assert.Null(pair.Kappa);
        Assert.Null(pair.McNemarP);
    }

    [Fact]
    public void All_of_one_label_and_right_is_one_and_all_wrong_is_zero()
    {
        (double? macro, double? weighted, long correct) right = Scores(s_right, s_right);
        Assert.Equal((1d, 1d, 2L), right);

        (double? macro, double? weighted, long correct) wrong = Scores(s_wrong, s_wrong);
        Assert.Equal((0d, 0d, 0L), wrong);
    }

    [Fact]
    public void What_has_no_answer_or_no_label_is_wrong_and_counted_apart()
    {
        ConfusionTable table = new();
        table.Add(s_right);
        table.Add(s_right with { Actual = MeasuredRow.Unanswered });
        table.Add(s_right with { Actual = MeasuredRow.Unparsable });

        Assert.Equal((3, 1, 1, 1, 1), (table.Rows, table.Answered, table.Unanswered, table.Unparsable, table.Correct));
        LabelScore score = Assert.Single(table.Scores());
        Assert.Equal((3, 1, 1d / 3), (score.Support, score.Predicted, score.Recall));
    }

    [Fact]
    public void Kappa_is_not_defined_where_both_say_one_label_throughout()
    {
        PairTable pair = new();
        pair.Add(s_right, s_right);
        pair.Add(s_right, s_right);

        Assert.Equal(1, pair.Agreement);
        Assert.Null(pair.Kappa);
        Assert.Equal(1, pair.McNemarP);

        pair.Add(s_right, s_wrong);
        Assert.Equal(0, pair.Kappa);
    }

    [Fact]
    public void A_row_that_only_one_has_answered_is_common_and_no_more()
    {
        PairTable pair = new();
        pair.Add(s_right, s_right with { Actual = MeasuredRow.Unparsable });

        Assert.Equal((1, 0), (pair.Common, pair.Rows));
    }

    [Fact]
    public void A_row_without_an_expected_label_is_left_out_everywhere_where_labels_are_expected()
    {
        RowPlaces places = new();
        MeasuredJob first = new("first", places, needsLabel: true), second = new("second", places, needsLabel: true);
        foreach (MeasuredJob job in new[] { first, second })
        {
            job.Add("a", s_right, 5);
            job.Add("b", s_right with { Expected = LabelCodes.None }, 7);
        }

        GroupFigures figures = first.Groups[0];
        Assert.Equal((1, 1, 5), (figures.Confusion.Rows, figures.Unlabeled, figures.Picodollars));
        Assert.Equal(1, PairTable.Of(first, second)[0].Rows);
    }

    [Fact]
    public void Rows_of_other_jobs_are_absent_and_groups_are_apart()
    {
        RowPlaces places = new();
        MeasuredJob first = new("first", places, needsLabel: false), second = new("second", places, needsLabel: false);
        first.Add("a", s_right, 1);
        first.Add("b", s_right with { Group = 1 }, null);
        second.Add("c", s_right, 1);
        second.Add("b", s_wrong, 1);

        Assert.Equal(MeasuredRow.Absent, first.At(2));
        Assert.Equal((0, 1), (first.Groups[0].Unpriced, first.Groups[1].Unpriced));
        IReadOnlyDictionary<int, PairTable> pairs = PairTable.Of(first, second);
        Assert.Equal((0, 1), (pairs[0].Common, pairs[1].Common));
    }

    [Fact]
    public void Labels_are_trimmed_and_one_in_any_letters_unless_case_counts()
    {
        LabelCodes codes = new(isCaseSensitive: false, "labels", string.Empty), exact = new(isCaseSensitive: true, "labels", string.Empty);
        Assert.Equal(codes.Of("Billing"), codes.Of(" bILLING\n"));
        Assert.Equal("Billing", codes[0]);
        Assert.NotEqual(exact.Of("Billing"), exact.Of("billing"));
        Assert.NotEqual(codes.Of("I"), codes.Of("ı"));
        Assert.Equal(LabelCodes.None, codes.Of("  "));
        Assert.Equal(LabelCodes.None, codes.Of(null));
    }

    [Fact]
    public void More_labels_than_anybody_means_are_an_error_with_what_to_do()
    {
        LabelCodes codes = new(isCaseSensitive: false, "labels", "Name the field.");
        for (int i = 0; i < LabelCodes.Most; i++)
        {
            codes.Of($"label {i}");
        }

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => codes.Of("one more"));
        Assert.Equal("LabelsTooMany", failure.Id);
        Assert.Equal("There are more than 10,000 different labels. Name the field.", failure.Message);
    }

    private static (double? Macro, double? Weighted, long Correct) Scores(params MeasuredRow[] rows)
    {
        ConfusionTable table = new();
        Array.ForEach(rows, table.Add);
        IReadOnlyList<LabelScore> scores = table.Scores();
        return (ConfusionTable.MacroF1(scores), ConfusionTable.WeightedF1(scores), table.Correct);
    }
}
