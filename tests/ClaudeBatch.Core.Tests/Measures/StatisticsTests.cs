using System.Text.Json;
using ClaudeBatch.Core.Measures;

namespace ClaudeBatch.Core.Tests.Measures;

/// <summary>The figures are those of scikit-learn and statsmodels; expected/evaluation.py has made them, with the versions in the file.</summary>
public sealed class StatisticsTests
{
    private static readonly JsonElement s_theirs = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Measures/expected/evaluation.json"))).RootElement;

    [Fact]
    public void The_Wilson_interval_is_that_of_statsmodels()
        => Assert.All(s_theirs.GetProperty("wilson").EnumerateArray(), static theirs =>
        {
            (double low, double high) = Statistics.Wilson(theirs.GetProperty("hits").GetInt64(), theirs.GetProperty("of").GetInt64())!.Value;
            Assert.Equal(theirs.GetProperty("low").GetDouble(), low, 12);
            Assert.Equal(theirs.GetProperty("high").GetDouble(), high, 12);
        });

    [Fact]
    public void Of_nothing_there_is_no_interval_and_no_share()
    {
        Assert.Null(Statistics.Wilson(0, 0));
        Assert.Null(Statistics.Share(0, 0));
    }

    [Fact]
    public void The_exact_p_of_McNemar_is_that_of_statsmodels_also_of_many_rows_and_of_none()
        => Assert.All(s_theirs.GetProperty("mcNemar").EnumerateArray(), static theirs =>
        {
            (long first, long second) = (theirs.GetProperty("first").GetInt64(), theirs.GetProperty("second").GetInt64());
            double p = theirs.GetProperty("p").GetDouble();
            Assert.Equal(p, Statistics.McNemar(first, second), Math.Max(p * 1e-9, 1e-300));
            Assert.Equal(p, Statistics.McNemar(second, first), Math.Max(p * 1e-9, 1e-300));
        });

    [Theory]
    [InlineData("haiku")]
    [InlineData("sonnet")]
    public void The_scores_of_a_job_are_those_of_scikit_learn(string job)
    {
        LabelCodes labels = Labels();
        ConfusionTable table = new();
        foreach (JsonElement row in s_theirs.GetProperty("rows").EnumerateArray())
        {
            table.Add(Row(row, job, labels));
        }

        JsonElement theirs = s_theirs.GetProperty("jobs").GetProperty(job);
        Assert.Equal(theirs.GetProperty("correct").GetInt64(), table.Correct);
        Assert.Equal(theirs.GetProperty("answered").GetInt64(), table.Answered);
        Assert.Equal(theirs.GetProperty("accuracy").GetDouble(), Statistics.Share(table.Correct, table.Rows)!.Value, 12);
        IReadOnlyList<LabelScore> scores = table.Scores();
        Assert.Equal(theirs.GetProperty("macroF1").GetDouble(), ConfusionTable.MacroF1(scores)!.Value, 12);
        Assert.Equal(theirs.GetProperty("weightedF1").GetDouble(), ConfusionTable.WeightedF1(scores)!.Value, 12);
        Assert.Equal(
            theirs.GetProperty("labels").EnumerateArray().Select(static l => (
                l.GetProperty("label").GetString()!,
                Math.Round(l.GetProperty("precision").GetDouble(), 12),
                Math.Round(l.GetProperty("recall").GetDouble(), 12),
                Math.Round(l.GetProperty("f1").GetDouble(), 12),
                l.GetProperty("support").GetInt64())),
            scores.Select(s => (labels[s.Label], Math.Round(s.Precision, 12), Math.Round(s.Recall, 12), Math.Round(s.F1, 12), s.Support))
                .OrderBy(static s => s.Item1, StringComparer.Ordinal));
        Assert.Equal(
            theirs.GetProperty("confusion").EnumerateArray()
                .Select(static c => $"{c.GetProperty("expected")} {c.GetProperty("actual").GetString() ?? "-"} {c.GetProperty("count")}").Order(),
            table.Counts.Select(c => $"{labels[c.Expected]} {(c.Actual < 0 ? "-" : labels[c.Actual])} {c.Count}").Order());
    }

    [Fact]
    public void Two_jobs_beside_each_other_are_as_scikit_learn_and_statsmodels_say()
    {
        (MeasuredJob haiku, MeasuredJob sonnet) = Jobs();
        PairTable pair = PairTable.Of(haiku, sonnet)[0];

        JsonElement theirs = s_theirs.GetProperty("against");
        Assert.Equal(theirs.GetProperty("rows").GetInt64(), pair.Rows);
        Assert.Equal(theirs.GetProperty("agreement").GetDouble(), pair.Agreement!.Value, 12);
        Assert.Equal(theirs.GetProperty("kappa").GetDouble(), pair.Kappa!.Value, 12);
        Assert.Equal(theirs.GetProperty("onlyHaiku").GetInt64(), pair.OnlyFirst);
        Assert.Equal(theirs.GetProperty("onlySonnet").GetInt64(), pair.OnlySecond);
        Assert.Equal(theirs.GetProperty("p").GetDouble(), pair.McNemarP!.Value, 12);
        Assert.Equal(pair.Kappa.Value, PairTable.Of(sonnet, haiku)[0].Kappa!.Value, 12);
    }

    [Fact]
    public void A_letter_and_its_accent_are_the_same_label_as_the_letter_with_the_accent()
    {
        LabelCodes labels = Labels();
        Assert.Equal(labels.Of("cafe\u0301"), labels.Of(" Caf\u00e9 "));
        Assert.NotEqual(labels.Of("cafe"), labels.Of("caf\u00e9"));
        Assert.Equal("caf\u00e9", labels[0]);
        Assert.NotEqual(LabelCodes.None, labels.Of("half \ud83d"));
    }

    private static (MeasuredJob Haiku, MeasuredJob Sonnet) Jobs()
    {
        RowPlaces places = new();
        LabelCodes labels = Labels();
        MeasuredJob haiku = new("haiku", places, needsLabel: true), sonnet = new("sonnet", places, needsLabel: true);
        foreach (JsonElement row in s_theirs.GetProperty("rows").EnumerateArray())
        {
            haiku.Add(row.GetProperty("id").GetString()!, Row(row, "haiku", labels), 1);
        }

        // The other job has them in another order.
        foreach (JsonElement row in s_theirs.GetProperty("rows").EnumerateArray().Reverse())
        {
            sonnet.Add(row.GetProperty("id").GetString()!, Row(row, "sonnet", labels), 1);
        }

        return (haiku, sonnet);
    }

    private static MeasuredRow Row(JsonElement row, string job, LabelCodes labels)
        => new(labels.Of(row.GetProperty("expected").GetString()), labels.Of(row.GetProperty(job).GetString()), 0);

    private static LabelCodes Labels() => new(isCaseSensitive: false, "labels", string.Empty);
}
