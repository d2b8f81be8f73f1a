using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>Keeps each output schema of a job once, and gives it a number. Beside the spool, for it may quote the prompt.</summary>
internal sealed class SchemaStore(LedgerFolder folder, long jobId) : IDisposable
{
    private Dictionary<UInt128, int>? _numbers;

    private LedgerFile? _file;

    /// <summary>The number of a schema, from 1; one that is new is written down.</summary>
    public int NumberOf(ReadOnlySpan<byte> schema)
    {
        _numbers ??= Load();
        UInt128 digest = ContentDigest.Of(schema);
        if (_numbers.TryGetValue(digest, out int number))
        {
            return number;
        }

        _file ??= folder.OpenForWriting(folder.Schemas(jobId), FileMode.Append);
        // A schema may stand on several lines; outside of strings line ends are mere space, and inside they cannot be.
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

    private Dictionary<UInt128, int> Load()
    {
        Dictionary<UInt128, int> numbers = [];
        string path = folder.Schemas(jobId);
        if (!File.Exists(path))
        {
            return numbers;
        }

        foreach (string line in File.ReadLines(path))
        {
            // Every line keeps its number, also one that stands twice.
            UInt128 digest = ContentDigest.Of(System.Text.Encoding.UTF8.GetBytes(line));
            numbers[numbers.ContainsKey(digest) ? (UInt128)(uint)numbers.Count : digest] = numbers.Count + 1;
        }

        return numbers;
    }
}
