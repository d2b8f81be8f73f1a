using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Json;

public sealed class JsonScannerTests
{
    // Values that lines of results have, and values that only the grammar of JSON allows.
    private static readonly string[] s_values =
    [
        """{"custom_id":"a-1","result":{"type":"succeeded","message":{"id":"msg_1","model":"claude-haiku-4-5","content":[{"type":"text","text":"One \"quoted\" line,\nanother \\ and \u00e9 é 漢 😀 of more than thirty-two bytes"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":16,"output_tokens":5,"cache_creation":{}}}}}""",
        """{"custom_id":"b","result":{"type":"errored","error":{"type":"error","error":{"type":"api_error","message":"x"},"request_id":null}}}""",
        """[0,-0,1,-12.5,3e7,4E-2,5.25e+10,0.1,true,false,null,"",[],{},[[{"a":[1]}]],"\b\f\n\r\t\/\ud83d\ude00"]""",
        " { \"a\" : [ 1 , 2 ] , \"b\" : \"c\" } \r\n\t",
        """{"\ud83d":"\ude00","a":"\u0000\uFFFF"}""",
        "\"text\"",
        "17",
        "null",
    ];

    [Fact]
    public void It_takes_what_Utf8JsonReader_takes_and_nothing_else()
        => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(20_000),
            Prop.ForAll(
                Gen.Elements(s_values).ToArbitrary(),
                ArbMap.Default.ArbFor<(ushort At, byte Value, byte Kind)[]>(),
                static (value, damages) =>
                {
                    byte[] json = Damage.Of(Encoding.UTF8.GetBytes(value), damages.Take(3));
                    return Takes(json) == ReaderTakes(json) && (!TakesAll(json) || ReaderTakes(json));
                }));

    [Theory]
    [InlineData(JsonScanner.MostDepth, true)]
    [InlineData(JsonScanner.MostDepth + 1, false)]
    public void It_goes_deep_and_comes_to_an_end(int depth, bool isTaken)
        => Assert.Equal(isTaken, Takes(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth))));

    [Fact]
    public void A_string_ends_where_it_ends_wherever_it_begins()
    {
        for (int length = 0; length < 70; length++)
        {
            string text = new('x', length);
            JsonScanner scanner = new(Encoding.UTF8.GetBytes($$"""{"{{text}}":"{{text}}\"{{text}}","n":7}"""));

            Assert.True(scanner.TryEnter());
            Assert.True(scanner.TryProperty(out ReadOnlySpan<byte> name));
            Assert.Equal(text, Encoding.UTF8.GetString(name));
            Assert.Equal($"{text}\"{text}", scanner.TextOrNull());
            Assert.True(scanner.TryProperty(out _));
            Assert.Equal(7, scanner.Number());
            Assert.False(scanner.TryProperty(out _));
            Assert.True(scanner.IsAtEnd());
        }
    }

    [Fact]
    public void What_is_not_of_the_kind_that_was_asked_for_is_gone_past()
    {
        JsonScanner scanner = new("""{"a":[1,{"b":2}],"c":"text","d":{"e":null},"f":9223372036854775807}"""u8);

        Assert.True(scanner.TryEnter());
        Assert.True(scanner.TryProperty(out _));
        Assert.Null(scanner.TextOrNull());
        Assert.True(scanner.TryProperty(out _));
        Assert.False(scanner.TryEnter());
        Assert.True(scanner.TryProperty(out _));
        Assert.Equal(0, scanner.Number());
        Assert.True(scanner.TryProperty(out _));
        Assert.Equal(long.MaxValue, scanner.Number());
        Assert.False(scanner.TryProperty(out _));
        Assert.True(scanner.IsAtEnd());
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("9223372036854775808")]
    public void A_number_that_is_not_whole_or_too_large_is_told(string number)
        => Assert.Throws<FormatException>(() => new JsonScanner(Encoding.UTF8.GetBytes(number)).Number());

    private static bool Takes(byte[] json)
    {
        try
        {
            JsonScanner scanner = new(json);
            scanner.Skip();
            return scanner.IsAtEnd();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // As Takes, but every text and number is read, too. Text with half a surrogate pair must be refused.
    private static bool TakesAll(byte[] json)
    {
        try
        {
            JsonScanner scanner = new(json);
            TakeAll(ref scanner);
            return scanner.IsAtEnd();
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException)
        {
            return false;
        }
    }

    private static void TakeAll(ref JsonScanner scanner)
    {
        JsonScanner same = scanner;
        if (!scanner.TryEnter())
        {
            _ = same.Number();
            return;
        }

        while (scanner.TryProperty(out _))
        {
            JsonScanner text = scanner;
            _ = text.TextOrNull("succeeded");
            TakeAll(ref scanner);
        }
    }

    private static bool ReaderTakes(byte[] json)
    {
        try
        {
            Utf8JsonReader reader = new(json);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
