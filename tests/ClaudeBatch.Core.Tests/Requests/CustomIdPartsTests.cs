using ClaudeBatch.Core.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Requests;

public sealed class CustomIdPartsTests
{
    [Theory]
    [InlineData("ticket_42_eu-2fwest", "ticket", "42", "eu/west")]
    [InlineData("_", "", "")]
    [InlineData("a-5fb_c-2dd", "a_b", "c-d")]
    [InlineData("-c3-a4-f0-9f-99-82", "ä🙂")]
    public void Parts_have_one_id_and_the_id_one_list_of_parts(string id, params string[] parts)
    {
        Assert.Equal(id, CustomIdParts.Join(parts));
        Assert.Equal(parts, CustomIdParts.Split(id));
    }

    [Fact]
    public void Any_texts_come_back_or_are_refused_in_clear_words()
        => Prop.ForAll(
            ArbMap.Default.ArbFor<NonEmptyArray<string>>(),
            static drawn =>
            {
                string[] parts = [.. drawn.Get.Select(static p => p ?? string.Empty)];
                try
                {
                    string id = CustomIdParts.Join(parts);
                    return CustomId.Fault(id) is null && CustomIdParts.Split(id).SequenceEqual(parts);
                }
                catch (ClaudeBatchException refused)
                {
                    return refused.Id is "CustomIdTooLong" or "CustomIdInvalid";
                }
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a-b")]
    [InlineData("a-2F")]
    [InlineData("a-41")]
    [InlineData("-ff")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void An_id_that_was_not_made_so_fails_loudly(string id)
        => Assert.Equal("CustomIdMalformed", Assert.Throws<ClaudeBatchException>(() => CustomIdParts.Split(id)).Id);

    [Fact]
    public void Sixty_four_characters_are_the_most()
    {
        Assert.Equal(64, CustomIdParts.Join([new string('a', 64)]).Length);
        Assert.Equal("CustomIdTooLong", Assert.Throws<ClaudeBatchException>(() => CustomIdParts.Join([new string('a', 65)])).Id);
    }
}
