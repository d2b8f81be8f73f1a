using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Keeps what was uploaded on disk, so that every process sees the same files.</summary>
internal sealed class FileStore
{
    // Of an expired file, it is known for so long that it was there.
    private static readonly TimeSpan s_remembered = TimeSpan.FromDays(30);

    private readonly string _root;

    public FileStore(string stateFolder) => _root = Path.Combine(stateFolder, "files");

    public string NewIncoming()
    {
        Directory.CreateDirectory(_root);
        return Path.Combine(_root, Guid.NewGuid().ToString("N") + ".incoming");
    }

    /// <summary>Gives the files of a workspace, newest first.</summary>
    public List<KeptFile> All(string workspace, DateTimeOffset now) => !Directory.Exists(_root) ? [] :
    [
        .. Directory.EnumerateFiles(_root, "*.json").Select(Read).OfType<KeptFile>()
            .Where(f => f.WorkspaceId == workspace && IsKnown(f, now))
            .OrderByDescending(static f => f.CreatedAt).ThenBy(static f => f.Id, StringComparer.Ordinal),
    ];

    /// <summary>The bytes of all files, in whichever workspace.</summary>
    public long Size => !Directory.Exists(_root) ? 0
        : Directory.EnumerateFiles(_root, "*.json").Select(Read).OfType<KeptFile>().Sum(static f => f.Size);

    /// <summary>Gives a file that is there or has expired not long ago; null for every other.</summary>
    public KeptFile? Find(string id, string? workspace, DateTimeOffset now)
        => id.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') && Read(PathOf(id)) is { } file
            && (workspace is null || file.WorkspaceId == workspace) && IsKnown(file, now) ? file : null;

    public void Save(KeptFile file)
    {
        Directory.CreateDirectory(_root);
        string temporary = PathOf(file.Id) + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(file, EmulatorJson.Default.KeptFile));
        File.Move(temporary, PathOf(file.Id), overwrite: true);
    }

    public void Delete(string id) => File.Delete(PathOf(id));

    private static bool IsKnown(KeptFile file, DateTimeOffset now) => file.ExpiresAt is not { } end || now < end + s_remembered;

    private static KeptFile? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), EmulatorJson.Default.KeptFile);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // there is none, or another process has deleted it meanwhile
        }
    }

    private string PathOf(string id) => Path.Combine(_root, id + ".json");
}
