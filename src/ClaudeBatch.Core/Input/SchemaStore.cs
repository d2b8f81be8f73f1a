using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// Stores each distinct output schema of a job once, in a file with one schema a line; the number of a schema is that of its line. The file
/// is in the job's folder and not in the database, because a schema may quote the prompt.
/// </summary>
internal sealed class SchemaStore(LedgerFolder folder, long jobId) : IDisposable
{
    private Dictionary<ContentDigest, int>? _numbers;

    private LedgerFile? _file;

    /// <summary>Gives the number of a schema, from 1. A schema that the file does not have is appended to it.</summary>
    public int NumberOf(ReadOnlySpan<byte> schema)
    {
        _numbers ??= Load();
        ContentDigest digest = ContentDigest.Of(schema);
        if (_numbers.TryGetValue(digest, out int number))
        {
            return number;
        }

        _file ??= folder.OpenForWriting(folder.Schemas(jobId), FileMode.Append);
        // A schema may have line ends. In JSON they are only white space: inside a string they would be escaped.
        byte[] line = schema.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        _file.Write(line);
        _file.Write("\n"u8);
        number = _numbers.Count + 1;
        _numbers.Add(digest, number);
        return number;
    }

    public void FlushToDisk() => _file?.FlushToDisk();

    public void Dispose() => _file?.Dispose();

    private Dictionary<ContentDigest, int> Load()
    {
        Dictionary<ContentDigest, int> numbers = [];
        string path = folder.Schemas(jobId);
        if (!File.Exists(path))
        {
            return numbers;
        }

        foreach (string line in File.ReadLines(path))
        {
            // The number of a line must not change, so a line that repeats an earlier schema (which a process that was killed may have
            // left) is counted, too. Its key is a number that no digest is equal to.
            ContentDigest digest = ContentDigest.Of(System.Text.Encoding.UTF8.GetBytes(line));
            numbers[numbers.ContainsKey(digest) ? new ContentDigest(High: 0, (ulong)numbers.Count) : digest] = numbers.Count + 1;
        }

        return numbers;
    }
}
