using System.Text;
using ClaudeBatch.Core.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Requests;

public sealed class CustomIdTests
{
    [Theory]
    [InlineData("ticket-1_A")]
    [InlineData("x")]
    public void A_legal_id_has_no_fault(string id) => Assert.Null(CustomId.Fault(id));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a|b", "'|'")]
    [InlineData("ü", "'ü'")]
    [InlineData("a b", "' '")]
    public void A_fault_names_the_character(string id, string what) => Assert.Contains(what, CustomId.Fault(id)!, StringComparison.Ordinal);

    [Fact]
    public void An_id_of_65_characters_is_told_its_length()
    {
        Assert.Null(CustomId.Fault(new string('x', 64)));
        Assert.Contains("64", CustomId.Fault(new string('x', 65))!, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_from_content_is_legal_stable_and_tells_contents_apart()
        => Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<NonNull<string>>(),
            ArbMap.Default.ArbFor<NonNull<string>>(),
            (one, two) =>
            {
                byte[] first = Encoding.UTF8.GetBytes(one.Get);
                byte[] second = Encoding.UTF8.GetBytes(two.Get);
                string id = CustomId.FromContent(first);
                return CustomId.Fault(id) is null
                    && id == CustomId.FromContent(first)
                    && (id == CustomId.FromContent(second)) == first.AsSpan().SequenceEqual(second);
            }));
}
