using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The ledger's tables of uploaded files, and of the jobs that use them.</summary>
public sealed class UploadBooks(LedgerDatabase database, TimeProvider clock)
{
    /// <summary>Records a file that the service has taken, for a job.</summary>
    /// <param name="jobId">The ledger's number of the job.</param>
    /// <param name="path">The path by which the job knows it.</param>
    /// <param name="name">The name that the service keeps.</param>
    /// <param name="baseAddress">The address of the service.</param>
    /// <param name="file">The file; its number is given by the ledger.</param>
    public void Add(long jobId, string path, string name, string baseAddress, UploadedFile file)
    {
        database.Execute(
            """
            INSERT INTO uploaded_file (file_id, base_address, workspace_id, digest, media_type, size_in_bytes, name, uploaded_at, expires_at)
            VALUES ($file, $address, $workspace, $digest, $media, $size, $name, $uploaded, $expires)
            """,
            ("$file", file.FileId),
            ("$address", baseAddress),
            ("$workspace", file.WorkspaceId),
            ("$digest", file.Digest),
            ("$media", file.MediaType),
            ("$size", file.SizeInBytes),
            ("$name", name),
            ("$uploaded", LedgerRow.Format(file.UploadedAt)),
            ("$expires", file.ExpiresAt is { } end ? LedgerRow.Format(end) : null));
        Use(jobId, file.FileId, path);
    }

    /// <summary>Records that a job's requests name a file.</summary>
    public void Use(long jobId, string fileId, string path) => database.Write(() => database.Execute(
        "INSERT INTO job_file (job_id, file_id, path) VALUES ($job, $file, $path) ON CONFLICT (job_id, file_id) DO UPDATE SET path = $path",
        ("$job", jobId),
        ("$file", fileId),
        ("$path", path)));

    /// <summary>Gives the uploads of a content that may still be at the service, the newest first.</summary>
    /// <param name="baseAddress">The address of the service.</param>
    /// <param name="digest">The SHA-256 of the content.</param>
    /// <param name="mediaType">The media type.</param>
    /// <param name="until">The time until which it must last at least.</param>
    public IReadOnlyList<UploadedFile> Find(string baseAddress, string digest, string mediaType, DateTime until) => database.Read(
        $"""
        SELECT {UploadedFile.Columns} FROM uploaded_file f
        WHERE digest = $digest AND media_type = $media AND base_address = $address AND gone_at IS NULL
            AND (expires_at IS NULL OR expires_at >= $until) ORDER BY id DESC
        """,
        UploadedFile.From,
        ("$digest", digest),
        ("$media", mediaType),
        ("$address", baseAddress),
        ("$until", LedgerRow.Format(until)));

    /// <summary>
    /// Gives the uploads that were made after another one: whoever asks for that one is likely to ask for these next.
    /// </summary>
    public IReadOnlyList<UploadedFile> After(UploadedFile file, string baseAddress, int most) => database.Read(
        $"""
        SELECT {UploadedFile.Columns} FROM uploaded_file f
        WHERE id > $id AND base_address = $address AND gone_at IS NULL ORDER BY id LIMIT $most
        """,
        UploadedFile.From,
        ("$id", file.Id),
        ("$address", baseAddress),
        ("$most", most));

    /// <summary>Gives the files that a job's requests name or have named, with the path by which the job knows each.</summary>
    public IReadOnlyList<(UploadedFile File, string Path)> OfJob(long jobId) => database.Read(
        $"""
        SELECT {UploadedFile.Columns}, j.path FROM job_file j JOIN uploaded_file f ON f.file_id = j.file_id
        WHERE j.job_id = $job ORDER BY f.id
        """,
        static row => (UploadedFile.From(row), row.Text("path")),
        ("$job", jobId));

    /// <summary>Gives the service's ids of the files that a job's requests name.</summary>
    public IReadOnlySet<string> IdsOf(long jobId) => database.Read(
        "SELECT file_id FROM job_file WHERE job_id = $job", static row => row.Text("file_id"), ("$job", jobId))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Gives the numbers of the jobs besides one that name a file.</summary>
    public IReadOnlyList<long> OtherJobs(long jobId, string fileId) => database.Read(
        "SELECT job_id FROM job_file WHERE file_id = $file AND job_id <> $job",
        static row => row.Number("job_id"),
        ("$file", fileId),
        ("$job", jobId));

    /// <summary>Records that the service no longer has a file.</summary>
    public void SetGone(UploadedFile file) => database.Write(() => database.Execute(
        "UPDATE uploaded_file SET gone_at = $now WHERE file_id = $file AND gone_at IS NULL",
        ("$now", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)),
        ("$file", file.FileId)));
}
