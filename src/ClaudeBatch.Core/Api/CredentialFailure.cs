namespace ClaudeBatch.Core.Api;

/// <summary>Makes the error for a library of a platform that could give no credential.</summary>
public static class CredentialFailure
{
    /// <param name="id">The id of the error.</param>
    /// <param name="what">What could not be had, as the beginning of a sentence.</param>
    /// <param name="cause">What the library has thrown.</param>
    /// <param name="toDo">What to do, as whole sentences.</param>
    public static ClaudeBatchException Of(string id, string what, Exception cause, string toDo)
    {
        bool isNetwork = false;
        for (Exception? e = cause; e is not null; e = e.InnerException)
        {
            isNetwork |= e is HttpRequestException or TimeoutException or OperationCanceledException;
        }

        // The libraries write several lines.
        string said = string.Join(' ', cause.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new ClaudeBatchException(
            isNetwork ? FailureKind.Network : FailureKind.Authentication,
            id,
            $"{what}: {Sentence.Of(said)} Nothing was sent. {toDo}",
            cause)
        { IsTransient = isNetwork };
    }
}
