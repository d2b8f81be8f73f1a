using System.Globalization;
using System.Security.Cryptography;

namespace ClaudeBatch.Core.Identity;

/// <summary>A credentials file that is ready to be written: a file beside it, for its owner alone, has the room that is needed.</summary>
public sealed class PreparedCredentials : IDisposable
{
    // More than tokens take. The bytes are written before, so that a full disk is found out before.
    private const int Reserve = 64 * 1024;

    private readonly CredentialsFile _credentials;

    private readonly string _target;

    private readonly byte[]? _before;

    private readonly string _unfinished;

    private FileStream? _file;

    internal PreparedCredentials(CredentialsFile credentials, string target, byte[]? before)
    {
        _credentials = credentials;
        _target = target;
        _before = before;
        _unfinished = string.Create(
            CultureInfo.InvariantCulture,
            $"{target}.{Environment.ProcessId}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.tmp");
        try
        {
            OwnFiles.CreateFolder(Path.GetDirectoryName(target)!);
            _file = OwnFiles.OpenAlone(_unfinished, FileMode.CreateNew);
            _file.Write(new byte[(before?.Length ?? 0) + Reserve]);
            _file.Flush(flushToDisk: true);
            TakeOver();
        }
        catch (Exception e)
        {
            Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw credentials.NotWritable($"{Sentence.Of(e.Message)} Nothing was sent, and nothing is lost.", e);
            }

            throw;
        }
    }

    /// <summary>Writes the new tokens over what the file holds now, and puts the file in place as a whole.</summary>
    /// <exception cref="ClaudeBatchException"><c>CredentialsNotWritable</c>.</exception>
    public void Commit(CredentialChanges changes)
    {
        FileStream file = _file ?? throw new InvalidOperationException("It was written already.");
        byte[] content = CredentialsFile.With(_credentials.Again(_target) ?? _before, changes);
        try
        {
            file.Position = 0;
            file.Write(content);
            file.SetLength(content.Length);
            file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw _credentials.NotWritable(e.Message, e);
        }

        file.Dispose();
        _file = null;
        Milestone.Pass("credentials-flushed");
        try
        {
            File.Move(_unfinished, _target, overwrite: true);
            _ = FolderEntries.Flush(Path.GetDirectoryName(_target)!); // the rename itself is done in any case
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _credentials.NotWritable($"{Sentence.Of(e.Message)} The new tokens are in '{_unfinished}': move it there.", e);
        }
    }

    /// <summary>Removes what was prepared, where it was not written.</summary>
    public void Dispose()
    {
        if (_file is not null)
        {
            _file.Dispose();
            _file = null;
            File.Delete(_unfinished);
        }
    }

    // The file that takes the place of another has its owner, and no rights that it has not.
    private void TakeOver()
    {
        if (_before is null || OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(_file!.SafeFileHandle, File.GetUnixFileMode(_target) & OwnFiles.OwnerFile);
        if (UnixFiles.OwnerOf(_target) is { } owner && UnixFiles.CurrentUser is { } user && owner.User != user
            && !UnixFiles.Give(_unfinished, owner))
        {
            throw new UnauthorizedAccessException("It belongs to another user, who could not read it afterwards.");
        }
    }
}
