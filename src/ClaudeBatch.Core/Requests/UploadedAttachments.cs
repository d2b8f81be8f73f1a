namespace ClaudeBatch.Core.Requests;

/// <summary>
/// Attachments that are uploaded. A file that many rows name is read once, and again where its size or its time has changed.
/// </summary>
public sealed class UploadedAttachments
{
    private const int MostKept = 1_000;

    private readonly Dictionary<(string Path, bool IsImage), (long Length, DateTime Written, Attachment Attachment)> _kept = [];

    /// <inheritdoc cref="Attachment.Uploaded"/>
    public Attachment Of(string place, bool isImage)
    {
        FileInfo file = new(place);
        if (!file.Exists)
        {
            return Attachment.Uploaded(place, isImage);
        }

        (long length, DateTime written) = (file.Length, file.LastWriteTimeUtc);
        if (_kept.TryGetValue((place, isImage), out (long Length, DateTime Written, Attachment Attachment) known)
            && known.Length == length && known.Written == written)
        {
            return known.Attachment;
        }

        if (_kept.Count >= MostKept)
        {
            _kept.Clear();
        }

        Attachment attachment = Attachment.Uploaded(place, isImage);
        _kept[(place, isImage)] = (length, written, attachment);
        return attachment;
    }
}
