using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// Stores each distinct output schema of a job once, in a file with one schema a line; the number of a schema is that of its line. The file
/// is in the job's folder and not in the database, because a schema may quote the prompt.
/// </summary>
/// <remarks>
/// What is stored is the schema as it was given, by which answers are judged. A request that is sent again has only the schema as it was
/// sent in its bytes (<see cref="OutputSchema.Sent"/>); it is known again by that.
/// </remarks>
internal sealed class SchemaStore(LedgerFolder folder, long jobId) : IDisposable
{
    private Dictionary<ContentDigest, int>? _numbers;

    // The numbers of schemas that are sent in another form than they were given in, by that form.
    private readonly Dictionary<ContentDigest, int> _sent = [];

    private LedgerFile? _file;

    /// <summary>
    /// Gives the number of a schema, from 1. A schema that the file does not have, as it was given or as one of it was sent, is appended.
    /// </summary>
    public int NumberOf(ReadOnlySpan<byte> schema)
    {
        _numbers ??= Load();
        ContentDigest digest = ContentDigest.Of(schema);
        if (_numbers.TryGetValue(digest, out int number) || _sent.TryGetValue(digest, out number))
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
        AddSent(line, number);
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
            byte[] schema = System.Text.Encoding.UTF8.GetBytes(line);
            ContentDigest digest = ContentDigest.Of(schema);
            AddSent(schema, numbers.Count + 1);
            numbers[numbers.ContainsKey(digest) ? new ContentDigest(High: 0, (ulong)numbers.Count) : digest] = numbers.Count + 1;
        }

        return numbers;
    }

    private void AddSent(byte[] schema, int number)
    {
        try
        {
            OutputSchema forms = OutputSchema.From(schema);
            if (!forms.Sent.Span.SequenceEqual(schema))
            {
                _sent.TryAdd(ContentDigest.Of(forms.Sent.Span), number);
            }
        }
        catch (ClaudeBatchException)
        {
            // It came with an imported request, and is sent as it is: the service judges it.
        }
    }
}
