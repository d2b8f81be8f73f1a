using ClaudeBatch.Emulator;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>The clock of a rehearsal runs fast only where a person would wait.</summary>
public sealed class EmulatorClockTests : IDisposable
{
    private readonly FakeTimeProvider _real = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-clock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Between_two_commands_it_is_fast_also_after_a_change_of_speed()
    {
        DateTimeOffset begin = Read(3600);

        _real.Advance(TimeSpan.FromSeconds(24));
        DateTimeOffset afterADay = Read(3600);
        _real.Advance(TimeSpan.FromSeconds(1));
        DateTimeOffset changed = Read(1);
        _real.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromHours(24), afterADay - begin);
        Assert.Equal(afterADay + TimeSpan.FromHours(1), changed);
        Assert.Equal(changed + TimeSpan.FromSeconds(1), Read(1));
    }

    [Fact]
    public void While_a_command_works_it_keeps_the_pace_of_the_real_one()
    {
        using EmulatorClock clock = EmulatorClock.Open(_folder, 6000, _real);
        DateTimeOffset begin = clock.GetUtcNow();

        _real.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(TimeSpan.FromSeconds(20), clock.GetUtcNow() - begin);
    }

    [Fact]
    public void Work_of_one_command_is_no_leisure_of_another()
    {
        using EmulatorClock busy = EmulatorClock.Open(_folder, 6000, _real);
        DateTimeOffset begin = busy.GetUtcNow();

        for (int second = 0; second < 20; second++)
        {
            _real.Advance(TimeSpan.FromSeconds(1));
            _ = busy.GetUtcNow();
        }

        Assert.Equal(TimeSpan.FromSeconds(20), Read(6000) - begin);
    }

    [Fact]
    public async Task A_wait_passes_fast_and_for_everybody_and_has_passed_whole()
    {
        using EmulatorClock clock = EmulatorClock.Open(_folder, 3600, TimeProvider.System);
        using EmulatorClock other = EmulatorClock.Open(_folder, 3600, TimeProvider.System);
        DateTimeOffset begin = clock.GetUtcNow();

        await Task.WhenAll(Task.Delay(TimeSpan.FromSeconds(36), clock), Task.Delay(TimeSpan.FromSeconds(60), clock));

        Assert.InRange(other.GetUtcNow() - begin, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(5)); // the two waits pass together
    }

    [Fact]
    public void A_state_folder_of_an_earlier_version_goes_on_where_it_was()
    {
        DateTimeOffset stood = new(2026, 12, 24, 0, 0, 0, TimeSpan.Zero);
        File.WriteAllText(Path.Combine(_folder, "clock"), $"{_real.GetUtcNow().AddSeconds(-1):o} {stood:o} 60");

        Assert.Equal(stood.AddSeconds(60), Read(60));
    }

    [Fact]
    public void At_a_service_on_a_port_it_is_always_fast()
    {
        using EmulatorClock clock = EmulatorClock.OpenForServer(_folder, 60, _real);
        DateTimeOffset begin = clock.GetUtcNow();

        _real.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(60), clock.GetUtcNow() - begin);
    }

    [Fact]
    public void What_outlives_its_command_reads_the_time_that_was_known()
    {
        EmulatorClock clock = EmulatorClock.Open(_folder, 60, _real);
        DateTimeOffset known = clock.GetUtcNow();
        clock.Dispose();

        Assert.Equal(known, clock.GetUtcNow());
    }

    private DateTimeOffset Read(double speed)
    {
        using EmulatorClock clock = EmulatorClock.Open(_folder, speed, _real);
        return clock.GetUtcNow();
    }
}
