using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Tests.Ledger;

public sealed class PayloadFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Pieces_are_the_same_in_whatever_order_they_are_asked_for()
    {
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        string path = Write("one", bytes);
        Random random = new(2);
        List<(int Offset, int Length)> pieces = [];
        for (int offset = 0; offset < bytes.Length;)
        {
            // Some pieces are longer than the buffer for reading ahead.
            int length = Math.Min(bytes.Length - offset, random.Next(20) == 0 ? 70_000 : random.Next(3_000));
            pieces.Add((offset, length));
            offset += length + 1;
        }

        (int, int)[] shuffled = [.. pieces];
        random.Shuffle(shuffled);
        using PayloadFiles files = new();

        Assert.All(
            [.. pieces, .. shuffled, .. pieces],
            p => Assert.True(files.Read(path, p.Item1, p.Item2).AsSpan().SequenceEqual(bytes.AsSpan(p.Item1, p.Item2))));
    }

    [Fact]
    public void A_thousand_files_are_not_open_at_once()
    {
        string[] paths = [.. Enumerable.Range(0, 100).Select(i => Write($"part-{i}", [(byte)i]))];
        using PayloadFiles files = new();

        Assert.All([.. paths, .. paths], p => Assert.Equal(Array.IndexOf(paths, p), files.Read(p, 0, 1)[0]));
        if (OperatingSystem.IsLinux())
        {
            Assert.InRange(Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.StartsWith(_folder, StringComparison.Ordinal) == true), 1, 20);
        }
    }

    [Fact]
    public void A_file_that_was_cut_is_told_of()
    {
        string path = Write("cut", [1, 2, 3]);
        using PayloadFiles files = new();

        Assert.Equal("LedgerUnreadable", Assert.Throws<ClaudeBatchException>(() => files.Read(path, 0, 4)).Id);
        Assert.Equal("LedgerUnreadable", Assert.Throws<ClaudeBatchException>(() => files.Read(path, 1, 3)).Id);
        Assert.Equal([2, 3], files.Read(path, 1, 2));
    }

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
