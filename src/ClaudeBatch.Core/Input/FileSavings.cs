using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>How many bytes files take in the requests of an input, and would take where each goes up once.</summary>
public sealed class FileSavings
{
    private readonly Dictionary<string, (long Size, long Uses, long Inline, bool IsUploaded)> _files = new(StringComparer.Ordinal);

    /// <summary>The files that go up once, how many bytes they have together, and how many they would take within the requests.</summary>
    public (int Files, long Bytes, long Inline) Uploaded => Sum(isUploaded: true);

    /// <summary>The files that several requests have in them, how many bytes one of each has, and how many all have together.</summary>
    public (int Files, long Bytes, long Inline) Repeated => Sum(isUploaded: false);

    internal void Add(IReadOnlyList<Attachment>? attachments, IReadOnlyList<FileToUpload>? uploads)
    {
        foreach (FileToUpload file in uploads ?? [])
        {
            Add(file.Digest, file.Length, file.InlineLength, isUploaded: true);
        }

        foreach (Attachment attachment in attachments ?? [])
        {
            if (attachment is { Upload: null, LocalPath: { } path })
            {
                Add(path, attachment.Length, attachment.InlineLength, isUploaded: false);
            }
        }
    }

    private void Add(string key, long size, long inline, bool isUploaded)
    {
        (_, long uses, long sum, _) = _files.GetValueOrDefault(key);
        _files[key] = (size, uses + 1, sum + inline, isUploaded);
    }

    private (int Files, long Bytes, long Inline) Sum(bool isUploaded)
    {
        (int files, long bytes, long inline) = (0, 0, 0);
        foreach ((long size, long uses, long sum, bool goesUp) in _files.Values)
        {
            if (goesUp == isUploaded && (goesUp || uses > 1))
            {
                (files, bytes, inline) = (files + 1, bytes + size, inline + sum);
            }
        }

        return (files, bytes, inline);
    }
}
