namespace ClaudeBatch.Report.Tests;

/// <summary>Numbers that stand below each other have the same number of decimals, and no more than tell them apart.</summary>
public sealed class FiguresTests
{
    [Theory]
    [InlineData(new[] { 0.7176, 0.721905 }, new[] { "$0.7176", "$0.7219" })]
    [InlineData(new[] { 14.04044, 0 }, new[] { "$14.04", "$0.00" })]
    [InlineData(new[] { 0.003125, 2 }, new[] { "$0.003125", "$2.000000" })]
    [InlineData(new[] { 0.5, 0.25 }, new[] { "$0.50", "$0.25" })]
    [InlineData(new[] { 1234.5, -0.5 }, new[] { "$1234.50", "$-0.50" })]
    public void Amounts_of_a_column(double[] amounts, string[] texts)
        => Assert.Equal(texts, Texts([.. amounts.Select(static a => (object?)(decimal)a)]));

    [Fact]
    public void Shares_and_durations_of_a_column()
    {
        Assert.Equal(["76.80 %", "81.00 %", "80.29 %", "–"], Texts([new Share(0.768), new Share(0.81), new Share(0.8029), new Share(null)]));
        Assert.Equal(["60.0 s", "69.6 min", "–"], Texts([TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(69.6), null]));
        Assert.Equal(["19 min", "59 min"], Texts([TimeSpan.FromMinutes(19), TimeSpan.FromMinutes(59)]));
    }

    private static string[] Texts(object?[] values)
    {
        Figures figures = Figures.Of(values);
        return [.. values.Select(figures.Text)];
    }
}
