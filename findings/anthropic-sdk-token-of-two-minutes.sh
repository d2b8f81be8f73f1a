#!/bin/sh
# The official C# SDK exchanges an identity token at every call when the access token lives two minutes or less.
#
# Library:   Anthropic 13.14.0 (NuGet)
# Input:     federation by its environment variables; an endpoint that gives tokens of 600, 121, 120 and 60 seconds, all of which a rule may
#            have (60 to 86,400); ten calls a second apart.
# Expected:  one exchange for ten calls, as the token outlives all of them; the SDK keeps it in memory.
# Behaviour: a token is renewed behind a call when 120 seconds are left or less. One that lives no longer is always there, so each call
#            begins an exchange. An issuer that takes an identity token once (the default) refuses all but the first.
# For us:    TokenCredential renews when two minutes are left, or half of the life where that is shorter (about_ClaudeBatch_Identity).
#
# Output seen:
#   a token of 600 s: 1 exchange for 10 calls
#   a token of 121 s: 10 exchanges for 10 calls
#   a token of 120 s: 10 exchanges for 10 calls
#   a token of 60 s: 10 exchanges for 10 calls
set -eu
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '<Project />' | tee Directory.Build.props Directory.Build.targets >Directory.Packages.props
cat >probe.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net8.0</TargetFramework>
    <RollForward>Major</RollForward>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Anthropic" Version="[13.14.0]" />
  </ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'CODE'
using System.Net;
using System.Net.Sockets;
using System.Text;
using Anthropic;

TcpListener free = new(IPAddress.Loopback, 0);
free.Start();
int port = ((IPEndPoint)free.LocalEndpoint).Port;
free.Stop();
int lifetime = 0, exchanges = 0;
HttpListener service = new();
service.Prefixes.Add($"http://127.0.0.1:{port}/");
service.Start();
_ = Task.Run(async () =>
{
    while (true)
    {
        HttpListenerContext call = await service.GetContextAsync();
        bool isExchange = call.Request.Url!.AbsolutePath == "/v1/oauth/token";
        string reply = isExchange
            ? $"{{\"access_token\":\"sk-ant-oat01-{Interlocked.Increment(ref exchanges)}\",\"token_type\":\"Bearer\",\"expires_in\":{lifetime},\"scope\":\"workspace:developer\"}}"
            : "{\"data\":[],\"has_more\":false,\"first_id\":null,\"last_id\":null}";
        call.Response.ContentType = "application/json";
        call.Response.Close(Encoding.UTF8.GetBytes(reply), willBlock: false);
    }
});

// The SDK looks for a key first, and for a profile before the variables of a federation.
foreach (string name in (string[])["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"])
{
    Environment.SetEnvironmentVariable(name, null);
}

Environment.SetEnvironmentVariable("ANTHROPIC_CONFIG_DIR", Path.Combine(Path.GetTempPath(), "no-such-folder"));
Environment.SetEnvironmentVariable("ANTHROPIC_BASE_URL", $"http://127.0.0.1:{port}");
Environment.SetEnvironmentVariable("ANTHROPIC_FEDERATION_RULE_ID", "fdrl_01Example");
Environment.SetEnvironmentVariable("ANTHROPIC_ORGANIZATION_ID", "00000000-0000-4000-8000-000000000001");
Environment.SetEnvironmentVariable("ANTHROPIC_SERVICE_ACCOUNT_ID", "svac_01Example");
Environment.SetEnvironmentVariable("ANTHROPIC_IDENTITY_TOKEN", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJleGFtcGxlIn0.c2ln");

List<int> seen = [];
foreach (int seconds in (int[])[600, 121, 120, 60])
{
    lifetime = seconds;
    exchanges = 0;
    AnthropicClient client = new();
    for (int call = 0; call < 10; call++)
    {
        await client.Messages.Batches.List();
        await Task.Delay(TimeSpan.FromSeconds(1));
    }

    seen.Add(exchanges);
    Console.WriteLine($"a token of {seconds} s: {exchanges} exchange{(exchanges == 1 ? "" : "s")} for 10 calls");
}

return seen[0] == 1 && seen[1] > 5 && seen[2] > 5 && seen[3] > 5 ? 0 : 1;
CODE
dotnet build --nologo --verbosity quiet --output out >build.log || { cat build.log; exit 2; }
dotnet out/probe.dll || { echo 'CHANGED: see what differs above.'; exit 1; }
