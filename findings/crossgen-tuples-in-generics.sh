#!/bin/sh
# A generic method of one's own is compiled ahead for a struct of one's own, and not for a tuple of the same two fields: that one is
# compiled while the program runs, first slowly, then counted, then again.
#
# Tool:      PublishReadyToRun of SDK 10.0.401 with Microsoft.NETCore.App.Crossgen2 10.0.12, linux-x64, run on .NET 10
# Input:     Loop.Sum<T> of one assembly, called once with a record struct of it, once with (int, int).
# Expected:  both calls are in the assembly's own code, so both are compiled ahead.
# Behaviour: ValueTuple is of another assembly whose layout may change, and nothing with it as a type argument is compiled ahead. No
#            warning says so, and in generic code that reads rows it is the loop that runs longest.
# For us:    what is a type argument in code that runs once a row is a record of our own (BatchAttempt, AnswerVerdict, CallToBegin).
#
# Output seen:
#   compiled while it ran:
#     Loop:Sum[System.ValueTuple`2[int,int]]
set -eu
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '<Project />' | tee Directory.Build.props Directory.Build.targets >Directory.Packages.props
cat >probe.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
    <PublishReadyToRun>true</PublishReadyToRun>
    <SelfContained>false</SelfContained>
  </PropertyGroup>
  <ItemGroup>
    <KnownCrossgen2Pack Update="Microsoft.NETCore.App.Crossgen2" Crossgen2PackVersion="10.0.12" />
  </ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'CODE'
int own = Loop.Sum([new Pair(1, 2), new Pair(3, 4)], static p => p.First);
return own == Loop.Sum([(1, 2), (3, 4)], static p => p.Item1) ? 0 : 1;

readonly record struct Pair(int First, int Second);

static class Loop
{
    public static int Sum<T>(T[] items, System.Func<T, int> of)
    {
        int sum = 0;
        foreach (T item in items)
        {
            sum += of(item);
        }
        return sum;
    }
}
CODE
dotnet publish --nologo --verbosity quiet --output out >build.log || { cat build.log; exit 2; }
DOTNET_JitStdOutFile="$folder/compiled.txt" DOTNET_JitDisasmSummary=1 dotnet out/probe.dll
seen="$(sed -n 's/.*JIT compiled \(Loop:Sum[^(]*\)(.*/\1/p' compiled.txt)"
echo 'compiled while it ran:'
echo "$seen" | sed 's/^/  /'
if [ "$seen" != 'Loop:Sum[System.ValueTuple`2[int,int]]' ]; then
    echo 'CHANGED: other code is compiled ahead.'
    exit 1
fi
