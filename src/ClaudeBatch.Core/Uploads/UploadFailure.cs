using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Uploads;

/// <summary>What a refused upload means for the file.</summary>
internal static class UploadFailure
{
    private const string Quota = "storage_quota_exceeded";

    /// <summary>Makes the error that names the file; null where the failure is about no file.</summary>
    public static ClaudeBatchException? Of(ClaudeBatchException failure, FileToUpload file) => failure switch
    {
        _ when IsQuota(failure) => new ClaudeBatchException(
            FailureKind.TooLarge,
            "StorageQuotaExceeded",
            $"The service has no room for '{file.Path}': the files of the organization have reached their limit. Delete files that are no longer "
                + "needed, those of finished jobs with Remove-ClaudeBatchJob -Files, and run the line again; what was uploaded is used.",
            failure)
        {
            Target = file.Path,
            Status = failure.Status,
            RequestId = failure.RequestId,
            ServiceMessage = failure.ServiceMessage,
        },
        { Status: 413 } => FileToUpload.TooLarge(file.Path, file.Length),
        { Status: 400 or 415 or 422 } => new ClaudeBatchException(
            FailureKind.InvalidRequest,
            "FileRefused",
            $"The service does not take '{file.Path}' ({file.MediaType}): {Sentence.Of(failure.ServiceMessage ?? failure.Message)} Change the file, "
                + "or leave -Upload out.",
            failure)
        {
            Target = file.Path,
            Status = failure.Status,
            RequestId = failure.RequestId,
            ServiceMessage = failure.ServiceMessage,
            IsOfFile = true,
        },
        _ => null,
    };

    // The documentation names the word, and not whether it is the error's type, its code or a part of its message.
    private static bool IsQuota(ClaudeBatchException failure) => failure.ErrorType == Quota || failure.ErrorCode == Quota
        || failure.ServiceMessage?.Contains(Quota, StringComparison.Ordinal) == true;
}
