using System.Globalization;
using System.Text;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>
/// The ownership of a job's input or of a batch. It is a file lock of the operating system, and no time limit is involved: it stays
/// while its process is suspended, and it is released when its process dies. Lock files are never deleted. The id of the process stands
/// in a file beside the lock file.
/// </summary>
public sealed class OwnershipLock : IDisposable
{
    // To ask whether a lock is taken is to take it for a moment, for which nobody else gets it.
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(5);

    private readonly LedgerFile _file;

    private OwnershipLock(LedgerFile file) => _file = file;

    /// <summary>Takes the lock; null when another process, or another pipeline of this process, has it.</summary>
    /// <param name="folder">The folder of the ledger.</param>
    /// <param name="name">The name of what is owned, such as <c>job-7</c> or <c>batch-12</c>.</param>
    /// <exception cref="ClaudeBatchException"><c>LedgerFull</c>, <c>LedgerNotWritable</c>.</exception>
    public static OwnershipLock? TryTake(LedgerFolder folder, string name)
    {
        string path = Path.Combine(folder.Locks, name + ".lock");
        if (TryOpen(folder, path) is not { } file)
        {
            Thread.Sleep(s_moment);
            file = TryOpen(folder, path);
        }

        if (file is null)
        {
            return null;
        }

        try
        {
            NoteOwner(folder, name);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new OwnershipLock(file);
    }

    /// <summary>Returns whether a process that has not ended has the lock.</summary>
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
        catch (IOException e) when (FileSharing.IsTaken(e))
        {
            return true;
        }
    }

    /// <summary>Gives the id of the process that took the lock last, or <c>unknown</c>. It is for messages only.</summary>
    public static string OwnerOf(LedgerFolder folder, string name)
    {
        try
        {
            return File.ReadAllText(PidPath(folder, name)) is { Length: > 0 } pid ? pid : "unknown";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }

    public void Dispose() => _file.Dispose();

    private static LedgerFile? TryOpen(LedgerFolder folder, string path)
    {
        try
        {
            return folder.OpenForWriting(path, FileMode.OpenOrCreate, bufferSize: 1, FileShare.None);
        }
        catch (ClaudeBatchException e) when (e.InnerException is IOException cause && FileSharing.IsTaken(cause))
        {
            return null;
        }
    }

    private static void NoteOwner(LedgerFolder folder, string name)
    {
        try
        {
            using LedgerFile pid = folder.OpenForWriting(PidPath(folder, name), FileMode.Create, bufferSize: 1);
            pid.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (ClaudeBatchException e) when (e.InnerException is IOException cause && FileSharing.IsTaken(cause))
        {
            // Somebody reads it at this moment. It is for messages only.
        }
    }

    private static string PidPath(LedgerFolder folder, string name) => Path.Combine(folder.Locks, name + ".pid");
}
