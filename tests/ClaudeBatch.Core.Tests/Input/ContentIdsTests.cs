using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Input;

public sealed class ContentIdsTests
{
    [Fact]
    public void Equal_rows_get_numbers_in_their_order_and_other_rows_none()
    {
        ContentIds ids = new();
        string a = CustomId.FromContent("a"u8);

        Assert.Equal([a, CustomId.FromContent("b"u8), $"{a}-2", $"{a}-3"], [ids.Next("a"u8), ids.Next("b"u8), ids.Next("a"u8), ids.Next("a"u8)]);
        Assert.Equal(2, ids.Repeated);
    }
}
