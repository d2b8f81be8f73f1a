#!/bin/sh
# 'dotnet test --nologo' runs no test under Microsoft.Testing.Platform, and does not say that the option is why.
#
# Tool:      dotnet test of SDK 10.0.401 in Microsoft.Testing.Platform mode (global.json), with xunit.v3 4.0.2
# Input:     one test that passes; --nologo, which dotnet build, pack, publish, and test in VSTest mode take.
# Expected:  the test runs, or the option is refused by name.
# Behaviour: the option is handed on to the test program, which refuses it; dotnet test reports "Zero tests ran" and exit code 5,
#            without what the program said.
# For us:    dotnet test is called without --nologo, and a run that counted nothing has failed.
#
# Output seen:
#   SDK 10.0.401
#   dotnet test: exit code 0
#     Test run summary: Passed!
#     total: 1
#   dotnet test --nologo: exit code 5
#     Test run summary: Zero tests ran
#     total: 0
#     names the option: no
#   the test program with --nologo: exit code 3
#     error: unknown option: --nologo
set -eu
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '<Project />' | tee Directory.Build.props Directory.Build.targets >Directory.Packages.props
echo '{ "test": { "runner": "Microsoft.Testing.Platform" } }' >global.json
cat >probe.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net8.0</TargetFramework>
    <RollForward>Major</RollForward>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="xunit.v3" Version="[4.0.2]" />
  </ItemGroup>
</Project>
PROJECT
cat >Tests.cs <<'CODE'
public class Tests
{
    [Xunit.Fact]
    public void Passes() => Xunit.Assert.True(true);
}
CODE
export DOTNET_CLI_UI_LANGUAGE=en NO_COLOR=1
echo "SDK $(dotnet --version)"
dotnet build --nologo --verbosity quiet >build.log || { cat build.log; exit 2; }

code=0
dotnet test --project probe.csproj --no-build --no-progress >plain.log 2>&1 || code=$?
echo "dotnet test: exit code $code"
grep -oE 'Test run summary: .*|total: .*' plain.log | sed 's/^/  /'
plain=$code

code=0
dotnet test --project probe.csproj --no-build --no-progress --nologo >nologo.log 2>&1 || code=$?
echo "dotnet test --nologo: exit code $code"
grep -oE 'Test run summary: .*|total: .*' nologo.log | sed 's/^/  /'
named=no
if grep -q nologo nologo.log; then named=yes; fi
echo "  names the option: $named"
nologo=$code

code=0
dotnet bin/Debug/net8.0/probe.dll --nologo >direct.log 2>&1 || code=$?
echo "the test program with --nologo: exit code $code"
grep -o 'error: .*' direct.log | sed 's/^/  /'

if [ "$plain $nologo $named" != '0 5 no' ]; then
    echo 'CHANGED: the option is taken, or refused by name.'
    exit 1
fi
