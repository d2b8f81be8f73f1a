using System.Text;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>What an estimate goes by is read from the request to the byte: its texts, its files, and what is marked for the cache.</summary>
public sealed class RequestFactsTests
{
    private const string Blocks = "[";

    private const string Picture = """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAAAAAA"}}""";

    private const string Pdf = """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAAAAAAAAAA"}}""";

    private const string Mark = """ "cache_control":{"type":"ephemeral"} """;

    [Theory]
    [InlineData("\"Hi\"", 2)]
    [InlineData("\"\u00e9\"", 2)] // two bytes in UTF-8
    [InlineData("""[{"type":"text","text":"Hello"},{"type":"text","text":"you"}]""", 8)]
    [InlineData(Blocks + Picture + "]", 0)]
    [InlineData(Blocks + Pdf + "]", 0)]
    [InlineData("""[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"abcdef"}}]""", 6)]
    [InlineData("""[{"type":"document","source":{"type":"content","content":[{"type":"text","text":"abc"}]}}]""", 3)]
    [InlineData("""[{"type":"search_result","source":"abc","title":"de","content":[{"type":"text","text":"f"}]}]""", 6)]
    [InlineData(Blocks + Picture + """,{"type":"redacted_thinking","data":"abcd"}]""", 4)]
    [InlineData("""[{"type":"tool_use","id":"t1","name":"nm","input":{"n":12345,"on":true,"none":null,"s":"xy"}}]""", 6)]
    [InlineData("""[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]""", 0)]
    [InlineData("""[{"type":"document","source":{"type":"file","file_id":"file_1"}}]""", 0)]
    [InlineData("""[{"type":"image","source":{"type":"base64","media_type":"image/png","data":""}}]""", 0)]
    [InlineData("""[{"type":"image","source":{"type":"base64","media_type":"image/png","data":7}}]""", 0)]
    public void Texts_are_weighed_without_the_JSON_around_them_and_without_files(string content, long bytes)
        => Assert.Equal(bytes, Check(content).TextBytes);

    [Fact]
    public void System_prompt_tools_and_schema_are_texts_too()
    {
        const string fields = """
            "system":[{"type":"text","text":"Be brief."}],"tools":[{"name":"look","description":"Looks.","input_schema":{"type":"object","properties":{"q":{"type":"string"}}}}],
            """;

        Assert.Equal("Be brief.".Length + "look".Length + "Looks.".Length + "Hi".Length, Check("\"Hi\"", fields).TextBytes);
        Assert.Equal("Brief.".Length + "Hi".Length, Check("\"Hi\"", "\"system\":\"Brief.\",").TextBytes);
    }

    [Theory]
    [InlineData(Blocks + Picture + "]", 1, 0, 8)]
    [InlineData(Blocks + Pdf + "]", 0, 12, 12)]
    [InlineData(Blocks + Picture + "," + Pdf + "," + Picture + "," + Pdf + "]", 2, 24, 40)]
    [InlineData("""[{"source":{"data":"AAAAAAAA","media_type":"image/png","type":"base64"},"type":"image"}]""", 1, 0, 8)]
    [InlineData("""[{"source":{"data":"AAAA","media_type":"application/pdf","type":"base64"},"type":"document"}]""", 0, 4, 4)]
    [InlineData("""[{"type":"image","source":{"type":"base64","media_type":"image\/webp","data":"AAAAAAAA"}}]""", 1, 0, 8)]
    [InlineData("""[{"type":"tool_result","tool_use_id":"t","content":[""" + Picture + "]}]", 1, 0, 8)]
    [InlineData(Blocks + Picture + """,{"type":"document","source":{"type":"text","media_type":"text/plain","data":"abcdef"}}]""", 1, 0, 8)]
    [InlineData("""[{"type":"document","source":{"type":"content","content":[""" + Picture + "]}}]", 1, 0, 8)]
    [InlineData("""[{"type":"image","source":{"type":"base64","media_type":7,"x":{"data":"AAAA"},"data":"AAAAAAAA"}}]""", 1, 0, 0)]
    [InlineData("""[{"type":"image","source":{"type":"base64","x":{"media_type":"text/plain"},"media_type":"image/png","data":"AAAAAAAA"}}]""", 1, 0, 8)]
    [InlineData("""[{"type":7},{"type":{"type":"image"}},{"type":["image"]}]""", 1, 0, 0)]
    public void Files_are_weighed_apart_from_the_prompt_whatever_the_order_of_their_fields(string content, int images, long documents, long files)
    {
        RequestFacts facts = Check(content);

        Assert.Equal((images, documents), (facts.Images, facts.DocumentBytes));
        Assert.Equal(Item(content).Length - files, facts.PromptBytes);
    }

    [Theory]
    [InlineData("""[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},{"type":"document","source":{"type":"file","file_id":"file_1"}}]""", 2)]
    [InlineData("""[{"type":"container_upload","file_id":"file_1"}]""", 1)]
    [InlineData("\"https://example.com/url\"", 0)]
    public void References_to_files_are_counted(string content, int references) => Assert.Equal(references, Check(content).References);

    [Fact]
    public void A_tool_with_an_argument_of_that_name_refers_to_no_file()
    {
        const string tools = """
            "tools":[{"name":"open","input_schema":{"type":"object","properties":{"url":{"type":"string","description":"Where"},"file_id":{"type":"string"}}}}],
            """;

        RequestFacts facts = Check("\"Hi\"", tools);

        Assert.Equal((0, "openWhereHi".Length), (facts.References, facts.TextBytes));
        Assert.Empty(facts.Faults);
    }

    [Theory]
    [InlineData(Blocks + """{"type":"text","text":"shared",""" + Mark + "}", """,{"type":"text","text":"mine"}]""", 6)]
    [InlineData(Blocks + "{" + Mark + ""","type":"text","text":"shared"}""", """,{"type":"text","text":"mine"}]""", 6)]
    [InlineData(Blocks + "{" + Mark + ""","type":"text","text":"shared"},{"type":"text",""" + Mark + ""","text":"too"}""", """,{"type":"text","text":"mine"}]""", 9)]
    [InlineData(Blocks + "{" + Mark + ""","type":"tool_result","tool_use_id":"t","content":[{"type":"text",""" + Mark + ""","text":"in"}],"more":"out"}""", "]", 6)]
    [InlineData(Blocks + """{"type":"tool_result","tool_use_id":"t","content":[{"type":"text",""" + Mark + ""","text":"in"}],"more":"out",""" + Mark + "}", "]", 6)]
    [InlineData(Blocks + """{"type":"tool_result","tool_use_id":"t","content":[{"type":"text",""" + Mark + ""","text":"in"}""", """],"more":"out"}]""", 3)]
    public void What_is_cached_goes_to_the_end_of_the_block_wherever_the_mark_stands_in_it(string cached, string rest, long textBytes)
    {
        byte[] item = Item(cached + rest);

        RequestFacts facts = Checker().Check(item);

        string all = Encoding.UTF8.GetString(item);
        int start = all.IndexOf("\"params\":", StringComparison.Ordinal) + "\"params\":".Length;
        int end = all.IndexOf(cached, StringComparison.Ordinal) + cached.Length;
        Assert.Equal(all[start..end], Encoding.UTF8.GetString(item[facts.CachedPrefix!.Value]));
        Assert.Equal((end, textBytes), (facts.CachedBytes, facts.CachedTextBytes));
    }

    [Theory]
    [InlineData("\"Hi\"")]
    [InlineData("""[{"type":"text","text":"Hi","cache_control":null},{"type":"text","text":"you"}]""")]
    [InlineData("""[{"type":"text","text":"Hi","cache_control":7},{"type":"text","text":"you"}]""")]
    public void Without_a_mark_nothing_is_cached(string content)
    {
        RequestFacts facts = Check(content);

        Assert.Equal((null, 0L, 0L, false), (facts.CachedPrefix, facts.CachedBytes, facts.CachedTextBytes, facts.CachesForAnHour));
    }

    [Fact]
    public void Files_before_a_mark_are_not_in_the_bytes_that_are_cached()
    {
        const string content = Blocks + Picture + "," + Pdf + """,{"type":"text","text":"shared",""" + Mark + "}";
        byte[] item = Item(content + "," + Picture + "]");

        RequestFacts facts = Checker().Check(item);

        Assert.Equal(Encoding.UTF8.GetString(item).IndexOf(content, StringComparison.Ordinal) + content.Length - 20, facts.CachedBytes);
        Assert.Equal(item.Length - 28, facts.PromptBytes);
    }

    [Fact]
    public void A_mark_of_the_whole_request_caches_the_messages_that_stand_after_it()
    {
        const string fields = """ "cache_control":{"type":"ephemeral","ttl":"1h"},"system":"Brief.", """;
        byte[] item = Item("\"Hello\"", fields);

        RequestFacts facts = Checker().Check(item);

        // What several requests share is what stands before the mark: their messages differ.
        Assert.Equal(fields[..fields.IndexOf(",\"system", StringComparison.Ordinal)], Encoding.UTF8.GetString(item[facts.CachedPrefix!.Value])[1..]);
        Assert.Equal((facts.PromptBytes, 11L, true), (facts.CachedBytes, facts.CachedTextBytes, facts.CachesForAnHour));
    }

    [Theory]
    [InlineData("""{"type":"ephemeral"}""", false)]
    [InlineData("""{"type":"ephemeral","ttl":"5m"}""", false)]
    [InlineData("""{"type":"ephemeral","ttl":"1h"}""", true)]
    [InlineData("""{"later":{"ttl":"5m"},"ttl":"1h","type":"ephemeral"}""", true)]
    [InlineData("""{"type":"1h"}""", false)]
    [InlineData("""{"later":"1h"}""", false)]
    [InlineData("""{"ttl":7}""", false)]
    [InlineData("""{"ttl":["1h"]}""", false)]
    public void An_hour_is_what_the_mark_says(string mark, bool isHour)
        => Assert.Equal(isHour, Check($"[{{\"type\":\"text\",\"text\":\"x\",\"cache_control\":{mark}}}]").CachesForAnHour);

    [Theory]
    [InlineData("1h", "5m")]
    [InlineData("5m", "1h")]
    [InlineData("1h", "1h")]
    public void One_mark_of_an_hour_is_enough(string first, string second)
    {
        string Block(string ttl) => $$$"""{"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"{{{ttl}}}"}}""";

        Assert.True(Check($"[{Block(first)},{Block(second)}]").CachesForAnHour);
    }

    [Theory]
    [InlineData("\"us\"", "us")]
    [InlineData("\"global\"", null)]
    [InlineData("null", null)]
    [InlineData("7", null)]
    [InlineData("[\"us\"]", null)]
    public void Only_the_us_have_prices_of_their_own(string region, string? priced)
        => Assert.Equal(priced, Check("\"Hi\"", $"\"inference_geo\":{region},").InferenceGeo);

    private static byte[] Item(string content, string fields = "") => Encoding.UTF8.GetBytes(
        $$$"""{"custom_id":"a","params":{{{{fields}}}"model":"claude-opus-4-6","max_tokens":10,"messages":[{"role":"user","content":{{{content}}}}]}}""");

    private static RequestChecker Checker() => new(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), "2026-10-21", []);

    private static RequestFacts Check(string content, string fields = "") => Checker().Check(Item(content, fields));
}
