using System.Text;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

public sealed class ToolResultBlockTests
{
    [Theory]
    [InlineData("found", false, """{"type":"tool_result","tool_use_id":"toolu_1","content":"found"}""")]
    [InlineData("", false, """{"type":"tool_result","tool_use_id":"toolu_1"}""")]
    [InlineData("no", true, """{"type":"tool_result","tool_use_id":"toolu_1","content":"no","is_error":true}""")]
    [InlineData("\"ä\"\n🙂", false, """{"type":"tool_result","tool_use_id":"toolu_1","content":"\"ä\"\n\uD83D\uDE42"}""")]
    public void What_a_tool_has_given_is_a_block_of_the_next_message(string text, bool isError, string json)
        => Assert.Equal(json, Encoding.UTF8.GetString(ToolResultBlock.Of("toolu_1", text, isError)));
}
