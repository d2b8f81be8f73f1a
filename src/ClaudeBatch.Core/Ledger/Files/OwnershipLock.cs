using System.Globalization;
using System.Text;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>
/// Ownership of a job's input or of a batch: an operating-system file lock, never a time. It survives a stopped
/// process and falls with a killed one. Lock files are never deleted; the owner's pid stands in a file beside.
/// </summary>
public sealed class OwnershipLock : IDisposable
{
    private readonly LedgerFile _file;

    private OwnershipLock(LedgerFile file) => _file = file;

    /// <summary>Takes the lock, or gives null when another process, or another pipeline of this one, has it.</summary>
    /// <param name="folder">The ledger.</param>
    /// <param name="name">What is owned: <c>job-7</c>, <c>batch-12</c>.</param>
    public static OwnershipLock? TryTake(LedgerFolder folder, string name)
    {
        string path = Path.Combine(folder.Locks, name + ".lock");
        LedgerFile file;
        try
        {
            file = folder.OpenForWriting(path, FileMode.OpenOrCreate, bufferSize: 1, FileShare.None);
        }
        catch (ClaudeBatchException e) when (e.InnerException is IOException && File.Exists(path))
        {
            return null;
        }

        using (LedgerFile pid = folder.OpenForWriting(PidPath(folder, name), FileMode.Create, bufferSize: 1))
        {
            pid.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }

        return new OwnershipLock(file);
    }

    /// <summary>Somebody alive has it.</summary>
    public static bool IsTaken(LedgerFolder folder, string name)
    {
        string path = Path.Combine(folder.Locks, name + ".lock");
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using FileStream probe = new(path, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 1);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The process that took it last, for messages only.</summary>
    public static string OwnerOf(LedgerFolder folder, string name)
    {
        try
        {
            return File.ReadAllText(PidPath(folder, name));
        }
        catch (IOException)
        {
            return "unknown";
        }
    }

    public void Dispose() => _file.Dispose();

    private static string PidPath(LedgerFolder folder, string name) => Path.Combine(folder.Locks, name + ".pid");
}
