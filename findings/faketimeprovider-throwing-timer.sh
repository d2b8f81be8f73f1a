#!/bin/sh
# A timer callback that throws inside FakeTimeProvider.Advance stops all of its timers for good.
#
# Library:   Microsoft.Extensions.TimeProvider.Testing 10.11.0, net8.0 and net10.0 alike
# Input:     a timer whose callback throws once, caught by the caller of Advance; then a second timer, and time past it.
# Expected:  the second timer fires when the clock is past its due time.
# Behaviour: the clock moves on, but nobody is woken any more: neither a timer that was there before nor one made after,
#            nor a Task.Delay on this clock. Nothing throws and nothing says why, so a test waits until it is stopped.
# For us:    the tests' ImpatientClock wakes on the thread pool, never within Advance.
#
# Output seen:
#   before: a timer of 1 s fired after 2 s: True
#   the callback threw: InvalidOperationException
#   after: the clock went on by 60 s
#   after: a timer of 1 s fired: False
#   after: Task.Delay of 1 s completed: False
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
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Extensions.TimeProvider.Testing" Version="[10.11.0]" />
  </ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'CODE'
using Microsoft.Extensions.Time.Testing;

FakeTimeProvider sound = new();
bool before = false;
using ITimer first = sound.CreateTimer(_ => before = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
sound.Advance(TimeSpan.FromSeconds(2));
Console.WriteLine($"before: a timer of 1 s fired after 2 s: {before}");

FakeTimeProvider clock = new();
using ITimer faulty = clock.CreateTimer(_ => throw new InvalidOperationException(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
try
{
    clock.Advance(TimeSpan.FromSeconds(2));
}
catch (InvalidOperationException e)
{
    Console.WriteLine($"the callback threw: {e.GetType().Name}");
}

bool fired = false;
using ITimer second = clock.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
Task delay = Task.Delay(TimeSpan.FromSeconds(1), clock);
DateTimeOffset start = clock.GetUtcNow();
clock.Advance(TimeSpan.FromSeconds(60));
await Task.WhenAny(delay, Task.Delay(TimeSpan.FromSeconds(2)));
Console.WriteLine($"after: the clock went on by {(clock.GetUtcNow() - start).TotalSeconds} s");
Console.WriteLine($"after: a timer of 1 s fired: {fired}");
Console.WriteLine($"after: Task.Delay of 1 s completed: {delay.IsCompleted}");
return before && !fired && !delay.IsCompleted ? 0 : 1;
CODE
dotnet build --nologo --verbosity quiet --output out >build.log || { cat build.log; exit 2; }
dotnet out/probe.dll || { echo 'CHANGED: timers fire after a callback has thrown.'; exit 1; }
