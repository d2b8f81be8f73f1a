using System.Text;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Core.Tests.Identity;

/// <summary>Identity tokens and environments for tests. Nobody has signed the tokens.</summary>
internal static class Tokens
{
    public const string Claims = """{"iss":"https://issuer.example","sub":"system:serviceaccount:jobs:nightly","aud":["https://api.anthropic.com"],"iat":1700000000,"exp":1700003600,"jti":"one"}""";

    public static string Of(string claims = Claims, string header = """{"alg":"RS256","kid":"1"}""")
        => $"{Part(header)}.{Part(claims)}.{Part("signature")}";

    public static string Part(string text)
        => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static EnvironmentVariables Environment(params (string Name, string Value)[] variables)
        => new(name => variables.FirstOrDefault(v => v.Name == name).Value);
}
