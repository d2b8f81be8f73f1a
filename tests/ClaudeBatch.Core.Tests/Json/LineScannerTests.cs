using System.Text;
using ClaudeBatch.Core.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Json;

public sealed class LineScannerTests
{
    [Fact]
    public void Lines_are_the_same_wherever_the_stream_is_cut()
        => Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<NonNull<string>[]>(),
            ArbMap.Default.ArbFor<PositiveInt>(),
            (lines, size) =>
            {
                string[] expected = [.. lines.Select(static l => l.Get.Replace("\n", "", StringComparison.Ordinal).TrimEnd('\r')).Where(static l => l.Length > 0)];
                byte[] bytes = Encoding.UTF8.GetBytes(string.Join("\r\n", lines.Select(static l => l.Get.Replace("\n", "", StringComparison.Ordinal))));
                return Scan(bytes, size.Get).Select(static l => l.Text).SequenceEqual(expected.Select(static e => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(e))));
            }));

    [Fact]
    public void Each_line_is_told_its_place_and_its_number()
    {
        byte[] bytes = "ab\n\ncd\r\ne"u8.ToArray();

        for (int size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal([("ab", 0L, 1L), ("cd", 4L, 3L), ("e", 8L, 4L)], Scan(bytes, size));
        }
    }

    private static List<(string Text, long Offset, long Number)> Scan(byte[] bytes, int size)
    {
        List<(string, long, long)> lines = [];
        using LineScanner scanner = new((line, offset, number) => lines.Add((Encoding.UTF8.GetString(line), offset, number)));
        foreach (byte[] chunk in bytes.Chunk(size))
        {
            scanner.Feed(chunk);
        }

        scanner.Complete();
        return lines;
    }
}
