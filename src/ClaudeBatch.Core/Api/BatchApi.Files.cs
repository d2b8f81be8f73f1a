namespace ClaudeBatch.Core.Api;

/// <content>The Files API. Files belong to a workspace, as batches do.</content>
public sealed partial class BatchApi
{
    /// <summary>The most files that one call asks about.</summary>
    public const int MostFilesAtOnce = 100;

    private const string Files = "v1/files";

    private const string TheFilesApi = "The Files API";

    /// <summary>
    /// Uploads a file with one call that is never repeated here: where its reply is lost the service may keep a file that nobody knows.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>, <c>FileChanged</c>, <c>FileUnreadable</c>; or the service refuses the
    /// call or cannot be reached.</exception>
    public async Task<Reply<StoredFile>> UploadAsync(FileUpload upload, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.Files, TheFilesApi);
        // A refused credential has had no effect.
        return await TryUploadAsync(upload, renews: true, cancellationToken).ConfigureAwait(false)
            ?? (await TryUploadAsync(upload, renews: false, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Asks about files by their ids. Those that the service does not have, or that were deleted, are left out of its reply.</summary>
    /// <param name="ids">The ids, at most <see cref="MostFilesAtOnce"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>; or the service refuses the call or cannot be reached.</exception>
    public Task<Reply<IReadOnlyList<StoredFile>>> FindFilesAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.Files, TheFilesApi);
        string query = string.Join('&', ids.Select(static id => $"ids[]={Uri.EscapeDataString(id)}"));
        return _exchange.RepeatAsync(HttpMethod.Get, $"{Files}?{query}", "List files", null, ApiJson.Files, cancellationToken);
    }

    /// <summary>Deletes a file for good.</summary>
    /// <exception cref="ClaudeBatchException"><c>CallNotOnPlatform</c>; or the service refuses the call or cannot be reached.</exception>
    public Task DeleteFileAsync(string id, CancellationToken cancellationToken)
    {
        Connection.Platform.Require(ServiceCalls.Files, TheFilesApi);
        return _exchange.RepeatAsync(
            HttpMethod.Delete, $"{Files}/{Uri.EscapeDataString(id)}", $"Delete file '{id}'", id, ApiJson.DeletedFile, cancellationToken);
    }

    // Gives null where the credential was refused and another one is at hand.
    private async Task<Reply<StoredFile>?> TryUploadAsync(FileUpload upload, bool renews, CancellationToken cancellationToken)
    {
        using FileContent content = new(upload, _exchange.Limits.Stall);
        using HttpRequestMessage request = ServiceRequest.Of(Connection, HttpMethod.Post, Files);
        request.Content = content;
        request.Options.Set(EarlyReply.Key, content.Reply);
        request.Version = new Version(1, 1);
        request.Headers.ExpectContinue = content.Headers.ContentLength > HttpTransport.ExpectContinueFrom;
        await Connection.Credential.ApplyAsync(request, content.Digest, cancellationToken).ConfigureAwait(false);
        try
        {
            return await _exchange
                .OnceAsync(request, "Upload file", upload.Path, ApiJson.File, _exchange.Limits.CreateReply, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ClaudeBatchException refusal) when (renews && refusal.IsRefusedCredential)
        {
            if (await Connection.Credential.RenewAsync(request, cancellationToken).ConfigureAwait(false) != Renewal.Done)
            {
                throw;
            }

            return null;
        }
    }
}
