using System.Text;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>A file that has no requests in JSON Lines is refused once, with what it is and what to do.</summary>
public sealed class RequestFileFormatTests
{
    [Theory]
    [InlineData("id,text\n1,hello", "Import-Csv -LiteralPath '/in/o''brien.csv' |")]
    [InlineData("id;text\n1;hello", "-Delimiter ';'")]
    [InlineData("id\ttext\n1\thello", "-Delimiter \"`t\"")]
    [InlineData("\uFEFFtext\nhello", "table of rows")]
    [InlineData("\n  [{\"id\":1},\n{\"id\":2}]", "one JSON array")]
    [InlineData("{\n  \"custom_id\": \"a\"\n}", "over several lines")]
    [InlineData("{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"b\"}", "has lines with id, text;")]
    [InlineData("{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1\",\"body\":{}}", "custom_id, method, url, body;")]
    [InlineData("\u001f\u008bx", "gzip")]
    [InlineData("PK\u0003\u0004x", "zip archive")]
    [InlineData("\u00ff\u00fe{\u0000", "UTF-16")]
    [InlineData("{\u0000\"\u0000", "UTF-16")]
    [InlineData("\u0000{\u0000\"", "UTF-16")]
    public void Another_format_is_named(string content, string words)
    {
        byte[] bytes = content.Any(static c => c is > '\u007f' and <= '\u00ff') ? Encoding.Latin1.GetBytes(content) : Encoding.UTF8.GetBytes(content);

        ClaudeBatchException fault = RequestFileFormat.FaultOf("/in/o'brien.csv", bytes, isWhole: true)!;

        Assert.Equal(("FormatUnknown", "/in/o'brien.csv"), (fault.Id, fault.Target));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    // A line that is broken is named with its number, and the others go on.
    [Theory]
    [InlineData("", true)]
    [InlineData(" \t\n\n", true)]
    [InlineData("{\"custom_id\":\"a\",\"params\":{}}", true)]
    [InlineData("\uFEFF{\"params\":{},\"custom_id\":\"a\"}\nno JSON", true)]
    [InlineData("{\"custom_id\":\"a\"}\n", true)]
    [InlineData("{\"custom_id\":\"a\",\"par", true)]
    [InlineData("{\"custom_id\":\"a\",\"metadata\":\"goes on beyond what was read", false)]
    [InlineData("{\"id\":1,\"text\":\"goes on", false)]
    public void What_may_have_requests_is_read(string content, bool isWhole)
        => Assert.Null(RequestFileFormat.FaultOf("a.jsonl", Encoding.UTF8.GetBytes(content), isWhole));
}
