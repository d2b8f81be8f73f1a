using System.Globalization;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class FileLockTests : IDisposable
{
    private readonly OwnFolder _folder = new();

    private readonly ImpatientClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Whoever_comes_second_waits_and_is_told_who_has_it()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        using FileLock first = await TakeAsync(TimeSpan.Zero);
        ClaudeBatchException busy = await Assert.ThrowsAsync<ClaudeBatchException>(() => TakeAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(("CredentialsBusy", FailureKind.Busy, true), (busy.Id, busy.Kind, busy.IsTransient));
        Assert.Contains($"'{Lock}'", busy.Message, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId},"), busy.Message, StringComparison.Ordinal);
        Assert.True(_clock.GetUtcNow() - start >= TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task It_is_taken_as_soon_as_it_is_free()
    {
        FileLock first = await TakeAsync(TimeSpan.Zero);
        Task<FileLock> second = FileLock.TakeAsync(Lock, TimeSpan.FromMinutes(5), TimeProvider.System, CancellationToken.None);
        bool waits = !second.IsCompleted;
        first.Dispose();

        (await second).Dispose();
        Assert.True(waits);
    }

    [Fact]
    public async Task Of_many_that_want_it_at_once_one_has_it_at_a_time()
    {
        int inside = 0;
        int most = 0;
        await Parallel.ForAsync(0, 16, async (_, token) =>
        {
            using FileLock taken = await FileLock.TakeAsync(Lock, TimeSpan.FromMinutes(5), TimeProvider.System, token);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        });

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Its_file_stays_for_its_owner_alone()
    {
        (await TakeAsync(TimeSpan.Zero)).Dispose();

        Assert.True(File.Exists(Lock));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Lock));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Lock + ".pid"));
        }
    }

    [Fact]
    public async Task A_place_where_no_lock_can_be_is_said_at_once()
    {
        _folder.Write("a file", "in the way");
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(
            () => FileLock.TakeAsync(_folder["in the way", "lock"], TimeSpan.FromMinutes(5), _clock, CancellationToken.None));

        Assert.Equal("CredentialsNotWritable", refusal.Id);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        using FileLock first = await TakeAsync(TimeSpan.Zero);
        using CancellationTokenSource stop = new();
        Task<FileLock> second = FileLock.TakeAsync(Lock, TimeSpan.FromMinutes(5), TimeProvider.System, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    private string Lock => _folder["locks", "default.lock"];

    private Task<FileLock> TakeAsync(TimeSpan limit) => FileLock.TakeAsync(Lock, limit, _clock, CancellationToken.None);
}
