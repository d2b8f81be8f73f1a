using System.Text;
using System.Text.Unicode;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class AnswerJsonTests
{
    [Theory]
    [InlineData("""\ud800""")]
    [InlineData("""\uD83D\uDE00""")]
    [InlineData("""\u00e9\\n""")]
    [InlineData("é漢😀")]
    [InlineData("{[{[")]
    public void What_may_be_odd_is_seen_wherever_it_stands(string what)
    {
        byte[] odd = Encoding.UTF8.GetBytes(what);
        for (int before = 0; before < 70; before++)
        {
            for (int openings = 58; openings < 66; openings++)
            {
                // Whole, and cut in the middle of a character or an escape.
                byte[] line = [.. Enumerable.Repeat((byte)'x', before), .. odd, .. Enumerable.Repeat((byte)'[', openings)];
                Holds(line);
                Holds(line.AsSpan(0, before + odd.Length));
                Holds(line.AsSpan(0, before + odd.Length - 1));
            }
        }
    }

    private static void Holds(ReadOnlySpan<byte> line)
    {
        bool mayBe = line.Count((byte)'{') + line.Count((byte)'[') > 64 || line.IndexOf("\\ud"u8) >= 0 || line.IndexOf("\\uD"u8) >= 0
            || !Utf8.IsValid(line);
        Assert.Equal(mayBe, AnswerJson.MayBeOdd(line));
    }
}
