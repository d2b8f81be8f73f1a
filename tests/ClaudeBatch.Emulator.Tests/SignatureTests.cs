using System.Security.Cryptography;
using System.Text;
using ClaudeBatch.Emulator.Platforms;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>The check of AWS's signatures, held against the examples of AWS's published test suite.</summary>
public sealed class SignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    [Theory]
    [InlineData("GET", "/", "", "", "host;x-amz-date", "service", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("GET", "/", "?Param2=value2&Param1=value1", "", "host;x-amz-date", "service", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    [InlineData("GET", "/%E1%88%B4", "", "", "host;x-amz-date", "service", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
    [InlineData("POST", "/", "", "", "host;x-amz-date", "service", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("POST", "/", "", "Param1=value1", "content-type;host;x-amz-date", "service", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")]
    [InlineData("GET", "/", "", "", "host;my-header1;my-header2;x-amz-date", "service", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")]
    public void The_published_examples_hold(string method, string path, string query, string body, string headers, string service, string signature)
    {
        SignatureV4 read = SignatureV4.Read(
            $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request, SignedHeaders={headers}, Signature={signature}")!;

        Assert.Equal("AKIDEXAMPLE", read.KeyId);
        Assert.True(IsOf(read, method, path, query, body, "example.amazonaws.com"));
        Assert.False(IsOf(read, method, path + "x", query, body, "example.amazonaws.com"));
        Assert.False(IsOf(read, method, path, query + "&x=1", body, "example.amazonaws.com"));
        Assert.False(IsOf(read, method, path, query, body + "x", "example.amazonaws.com"));
        Assert.False(IsOf(read, method, path, query, body, "example.com"));
    }

    [Theory]
    [InlineData("/v1/models/a%20b", true)]
    [InlineData("/v1/models/a%2520b", true)]
    [InlineData("/v1/models/a%252520b", false)]
    public void A_segment_may_be_signed_escaped_once_or_twice(string path, bool isTaken)
    {
        SignatureV4 none = new("AKIDEXAMPLE", ["20150830", "us-east-1", "service", "aws4_request"], ["host"], string.Empty);
        EmulatedRequest request = new("GET", path, string.Empty, static _ => "example.amazonaws.com", static (_, _) => Task.CompletedTask);
        SignatureV4 signature = none with { Value = none.Computed(request, "20150830T123600Z", "0", Secret) };

        Assert.Equal(isTaken, signature.IsOf(request with { Path = "/v1/models/a%20b" }, "20150830T123600Z", "0", Secret));
    }

    [Theory]
    [InlineData("Bearer x")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE, SignedHeaders=host, Signature=00")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/a, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    public void What_is_no_signature_is_read_as_none(string authorization) => Assert.Null(SignatureV4.Read(authorization));

    private static bool IsOf(SignatureV4 signature, string method, string path, string query, string body, string host)
    {
        EmulatedRequest request = new(method, path, query, Header, static (_, _) => Task.CompletedTask);
        return signature.IsOf(request, "20150830T123600Z", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(body))).ToLowerInvariant(), Secret);

        string? Header(string name) => name switch
        {
            "host" => host,
            "content-type" => "application/x-www-form-urlencoded",
            "x-amz-date" => "20150830T123600Z",
            "my-header1" => " value1",
            "my-header2" => " \"a   b   c\"",
            _ => null,
        };
    }
}
