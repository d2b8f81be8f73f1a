using System.Text;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Core.Tests.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class JwtTests
{
    private static readonly DateTimeOffset s_issued = DateTimeOffset.FromUnixTimeSeconds(1700000000);

    [Fact]
    public void It_tells_what_a_token_says_of_itself()
    {
        Jwt token = Jwt.Read($"\n {Tokens.Of()} \n")!;

        Assert.Equal("one", token.Id);
        Assert.Equal("https://issuer.example", token.Issuer);
        Assert.Equal("system:serviceaccount:jobs:nightly", token.Subject);
        Assert.Equal(["https://api.anthropic.com"], token.Audiences);
        Assert.Equal(s_issued, token.IssuedAt);
        Assert.Equal(s_issued.AddHours(1), token.ExpiresAt);
        Assert.Null(token.NotBefore);
    }

    [Theory]
    [InlineData("""{"aud":"one"}""", "one")]
    [InlineData("""{"aud":["one",2,"three"]}""", "one,three")]
    [InlineData("""{"aud":7}""", "")]
    [InlineData("{}", "")]
    public void An_audience_is_one_or_many(string claims, string audiences)
        => Assert.Equal(audiences, string.Join(',', Jwt.Read(Tokens.Of(claims))!.Audiences));

    [Theory]
    [InlineData(-1, false, false)]
    [InlineData(3600, false, false)]
    [InlineData(3630, false, false)]
    [InlineData(3631, true, false)]
    [InlineData(-30, false, false)]
    [InlineData(-31, false, true)]
    [InlineData(-3600, false, true)]
    public void Expiry_and_a_clock_that_is_off_go_by_the_leeway_of_the_service(int seconds, bool isExpired, bool isEarly)
    {
        Jwt token = Jwt.Read(Tokens.Of())!;

        Assert.Equal(isExpired, token.IsExpired(s_issued.AddSeconds(seconds)));
        Assert.Equal(isEarly, token.IsFromTheFuture(s_issued.AddSeconds(seconds)));
    }

    [Fact]
    public void A_token_without_times_is_neither_expired_nor_early()
    {
        Jwt token = Jwt.Read(Tokens.Of("""{"exp":"soon","iat":null}"""))!;

        Assert.False(token.IsExpired(DateTimeOffset.MaxValue));
        Assert.False(token.IsFromTheFuture(DateTimeOffset.MinValue));
    }

    [Theory]
    [InlineData("1e300", 9999)]
    [InlineData("-1e300", 1)]
    [InlineData("1700000000.75", 2023)]
    public void A_time_beyond_all_dates_is_the_last_or_the_first(string seconds, int year)
        => Assert.Equal(year, Jwt.Read(Tokens.Of($$"""{"exp":{{seconds}}}"""))!.ExpiresAt!.Value.Year);

    [Theory]
    [InlineData("")]
    [InlineData("sk-ant-api03-abc")]
    [InlineData("a.b.c")]
    [InlineData("<html><head><title>Sign in</title></head></html>")]
    [InlineData("e30.e30.")]
    [InlineData("e30.e30.e30.e30.e30")]
    [InlineData("W10.e30.AA")]
    [InlineData("e30.W10.AA")]
    [InlineData("e30.e30.ä")]
    [InlineData("😀.e30.AA")]
    public void What_is_no_token_is_told_apart(string text) => Assert.Null(Jwt.Read(text));

    [Fact]
    public void Padding_and_the_plain_characters_of_base64_are_taken()
    {
        string claims = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"sub":"ÿÿ?>ÿ>?"}"""));

        Assert.Contains(claims, static c => c is '+' or '/');
        Assert.Equal("ÿÿ?>ÿ>?", Jwt.Read($"{Tokens.Part("{}")}.{claims}.AA==")!.Subject);
    }

    [Fact]
    public void No_text_makes_it_throw() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5_000),
        Prop.ForAll(
            ArbMap.Default.ArbFor<(ushort At, byte Value, byte Kind)[]>(),
            ArbMap.Default.ArbFor<string>(),
            static (damages, odd) =>
            {
                byte[] claims = Damage.Of(Encoding.UTF8.GetBytes(Tokens.Claims), damages.Take(4));
                string inside = $"e30.{Convert.ToBase64String(claims)}.AA";
                string outside = Encoding.Latin1.GetString(Damage.Of(Encoding.Latin1.GetBytes(Tokens.Of()), damages.Take(4)));
                foreach (string text in (string[])[inside, outside, odd ?? "", $"{odd}.{odd}.{odd}"])
                {
                    Jwt? token = Jwt.Read(text);
                    _ = token?.IsExpired(DateTimeOffset.MaxValue);
                    _ = token?.IsFromTheFuture(DateTimeOffset.MinValue);
                }

                return true;
            }));

    [Fact]
    public void Half_a_character_in_a_claim_makes_it_no_token()
        => Assert.Null(Jwt.Read(Tokens.Of("""{"sub":"\ud800"}""")));
}
