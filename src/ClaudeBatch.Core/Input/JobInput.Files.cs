using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <content>The files that requests name by placeholders, which go up before the requests are spooled.</content>
public sealed partial class JobInput
{
    // What was learnt of the files of this input, by their digests: their ids, or why they cannot be uploaded.
    private readonly Dictionary<string, string> _fileIds = new(StringComparer.Ordinal);

    private readonly Dictionary<string, ClaudeBatchException> _unusable = new(StringComparer.Ordinal);

    private byte[] WithFiles(ReadOnlySpan<byte> item, IReadOnlyList<FileToUpload> uploads)
    {
        foreach (FileToUpload file in uploads)
        {
            if (!_fileIds.ContainsKey(file.Digest))
            {
                _fileIds.Add(file.Digest, IdOf(file));
            }
        }

        return UploadForms.WithIds(item, digest => _fileIds.GetValueOrDefault(digest));
    }

    private string IdOf(FileToUpload file)
    {
        if (_unusable.TryGetValue(file.Digest, out ClaudeBatchException? known))
        {
            throw known;
        }

        if (_options.IdOfFile is not { } upload)
        {
            throw new InvalidOperationException("A request names a file to upload, and nobody uploads it.");
        }

        _draft.Wait(); // the ledger is one thread's at a time
        try
        {
            return upload(_job, file);
        }
        catch (ClaudeBatchException failure) when (failure.IsOfFile)
        {
            _unusable.Add(file.Digest, failure);
            throw;
        }
    }
}
