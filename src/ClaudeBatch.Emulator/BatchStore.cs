using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Keeps the emulator's batches on disk, so that one process can collect what another has submitted.</summary>
internal sealed class BatchStore
{
    private readonly string _root;

    public BatchStore(string root)
    {
        _root = Path.Combine(root, "batches");
        Directory.CreateDirectory(_root);
        Cache = new PromptCache(root);
    }

    public PromptCache Cache { get; }

    public string BodyOf(string id) => Path.Combine(_root, id + ".body");

    public string AnswersOf(string id) => Path.Combine(_root, id + ".answers");

    public string ResultsOf(string id) => Path.Combine(_root, id + ".results");

    /// <summary>Gives what answers the requests of a batch: what was stored for them, else what the plan says.</summary>
    public AnswerSource AnswersTo(StoredBatch batch)
        => new(File.Exists(AnswersOf(batch.Id)) ? AnswersOf(batch.Id) : batch.Plan.Answers, batch.Plan);

    /// <summary>Gives a new path for a body that is still being received.</summary>
    public string NewIncoming() => Path.Combine(_root, Guid.NewGuid().ToString("N") + ".incoming");

    /// <summary>Runs the work while no other process changes a batch.</summary>
    public async Task<T> AloneAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_root, "lock");
        while (true)
        {
            try
            {
                using FileStream held = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
                return work();
            }
            catch (IOException e) when (IsHeld(e))
            {
                await Task.Delay(5, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads all batches, newest first.</summary>
    public List<StoredBatch> All() =>
    [
        .. Directory.EnumerateFiles(_root, "*.meta").Select(Read).OfType<StoredBatch>()
            .OrderByDescending(static b => b.CreatedAt).ThenByDescending(static b => b.Ordinal),
    ];

    public StoredBatch? Find(string id) => id.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? Read(MetaOf(id)) : null;

    public void Save(StoredBatch batch)
    {
        string temporary = MetaOf(batch.Id) + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(batch, EmulatorJson.Default.StoredBatch));
        File.Move(temporary, MetaOf(batch.Id), overwrite: true);
    }

    public void Delete(string id)
    {
        File.Delete(MetaOf(id));
        File.Delete(ResultsOf(id));
        File.Delete(BodyOf(id));
        File.Delete(AnswersOf(id));
    }

    private static StoredBatch? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), EmulatorJson.Default.StoredBatch);
        }
        catch (FileNotFoundException)
        {
            return null; // another process has deleted the batch meanwhile
        }
    }

    // EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION. To look again would find it free at times.
    private static bool IsHeld(IOException e) => (e.HResult & 0xFFFF) is int code
        && (OperatingSystem.IsWindows() ? code is 32 or 33 : OperatingSystem.IsMacOS() ? code == 35 : code == 11);

    private string MetaOf(string id) => Path.Combine(_root, id + ".meta");
}
