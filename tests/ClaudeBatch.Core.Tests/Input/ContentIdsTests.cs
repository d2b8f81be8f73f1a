using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Input;

public sealed class ContentIdsTests
{
    [Fact]
    public void Equal_rows_get_numbers_in_their_order_and_other_rows_none()
    {
        using ContentIds ids = new();
        string a = CustomId.FromContent("a"u8);

        Assert.Equal([a, CustomId.FromContent("b"u8), $"{a}-2", $"{a}-3"], [ids.Next("a"u8), ids.Next("b"u8), ids.Next("a"u8), ids.Next("a"u8)]);
        Assert.Equal(2, ids.Repeated);
    }

    [Fact]
    public void Equal_rows_are_numbered_however_many_lie_between_them()
    {
        using ContentIds ids = new();
        string first = ids.Next("first"u8);
        for (int i = 0; i < 140_000; i++)
        {
            ids.Next($"row-{i}");
        }

        Assert.Equal(0, ids.Repeated);
        Assert.Equal($"{first}-2", ids.Next("first"u8));
        Assert.Equal("row-139999-2", ids.Next("row-139999"));
        Assert.Equal($"{first}-3", ids.Next("first"u8));
        Assert.Equal("row-0-2", ids.Next("row-0"));
        Assert.Equal(4, ids.Repeated);
    }
}
