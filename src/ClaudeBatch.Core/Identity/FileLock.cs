using System.Globalization;

namespace ClaudeBatch.Core.Identity;

/// <summary>
/// A lock between processes, and between the pipelines of one: a file that is open to nobody else. It ends with its process, however that
/// ends. The file stays; the id of the process stands in a file beside it.
/// </summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, and waits for it where another has it.</summary>
    /// <param name="path">The full path of the lock's own file. Its folder is made where there is none.</param>
    /// <param name="limit">How long to wait. Zero tries once.</param>
    /// <param name="clock">The clock that the wait goes by.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClaudeBatchException"><c>CredentialsBusy</c>: another has had it all the time. <c>CredentialsNotWritable</c>: the
    /// file cannot be made.</exception>
    public static async Task<FileLock> TakeAsync(string path, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (clock.GetElapsedTime(start) >= limit)
            {
                throw new ClaudeBatchException(
                    FailureKind.Busy,
                    "CredentialsBusy",
                    $"'{path}' is locked by {OwnerOf(path)}, which renews the same tokens, and has been for {limit.TotalSeconds:0.#} s. Run the "
                        + "line again; if that process hangs, end it.")
                { Target = path, IsTransient = true };
            }

            await Task.Delay(s_step, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();

    private static FileLock? TryTake(string path)
    {
        try
        {
            OwnFiles.CreateFolder(Path.GetDirectoryName(path)!);
            FileStream file = OwnFiles.OpenAlone(path, FileMode.OpenOrCreate);
            FileLock taken = new(file);
            taken.NoteOwner(path);
            return taken;
        }
        catch (IOException e) when (FileSharing.IsTaken(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClaudeBatchException(
                FailureKind.Storage,
                "CredentialsNotWritable",
                $"The lock '{path}' for the tokens beside it cannot be taken: {Sentence.Of(e.Message)}",
                e)
            { Target = path };
        }
    }

    private void NoteOwner(string path)
    {
        try
        {
            using FileStream note = OwnFiles.OpenAlone(NotePath(path), FileMode.Create);
            note.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (IOException e) when (FileSharing.IsTaken(e))
        {
            // Somebody reads it at this moment. It is for a message only.
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private static string OwnerOf(string path)
    {
        try
        {
            return File.ReadAllText(NotePath(path)) is { Length: > 0 } id ? $"process {id}" : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    private static string NotePath(string path) => path + ".pid";
}
