namespace ClaudeBatch.Core.Api;

/// <summary>Proves who is calling: by a key, by a token that expires, or by a signature over the request.</summary>
/// <remarks>
/// A secret is written only into the headers of a request to the connection's own address. The credential is applied to every request
/// anew, so that a token that has expired can be renewed first; renewing may take a call to another server.
/// </remarks>
public abstract class ServiceCredential
{
    /// <summary>
    /// Adds the proof to the headers of a request. The request is complete otherwise and is sent right afterwards, so that a signature can
    /// cover all of it.
    /// </summary>
    /// <param name="request">The request, with its address, its headers and its body.</param>
    /// <param name="bodyDigest">The SHA-256 of the body, 32 bytes, so that a signature can cover a body of 256 MB without reading it.
    /// Without a body, it is the digest of no bytes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ClaudeBatchException">There is no valid proof (<see cref="FailureKind.Authentication"/>); the request was not
    /// sent.</exception>
    public abstract ValueTask ApplyAsync(HttpRequestMessage request, ReadOnlyMemory<byte> bodyDigest, CancellationToken cancellationToken);

    /// <summary>
    /// Renews what would run out soon. It is called between the steps of a job, where no lock is held: what a step then needs is there.
    /// </summary>
    /// <exception cref="ClaudeBatchException">What is there has run out, and there is nothing new.</exception>
    public virtual ValueTask PrepareAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Renews the proof after the service has refused it with status 401.</summary>
    /// <param name="refused">The request that was refused, with the headers that <see cref="ApplyAsync"/> has added.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether there is another proof, with which the call may be made once more.</returns>
    /// <exception cref="ClaudeBatchException">There is no new proof, and why.</exception>
    public virtual ValueTask<Renewal> RenewAsync(HttpRequestMessage refused, CancellationToken cancellationToken)
        => ValueTask.FromResult(Renewal.None);

    /// <summary>
    /// Whether the workspace is named in each call, because the credential may be one for several. A job names the one that it was begun in.
    /// </summary>
    public virtual bool NamesWorkspace => false;

    /// <summary>
    /// Gives a text without the secret, so that it can be shown and written down: whatever the service or something in between says may
    /// repeat the headers of the request.
    /// </summary>
    /// <param name="text">A text that came from outside.</param>
    public abstract string WithoutSecret(string text);

    /// <summary>What to do where the service does not take the credential, as whole sentences.</summary>
    public virtual string Advice
        => "Give a valid key with Connect-ClaudeBatch -ApiKey or in ANTHROPIC_API_KEY, and run the same line again.";

    /// <summary>What to do where the service knows who calls and does not permit it, as whole sentences.</summary>
    public virtual string PermissionAdvice => "Use a key or token of the workspace the batch belongs to, with permission for batches.";

    /// <summary>Names the kind of credential, for people. The text never contains the secret.</summary>
    public abstract override string ToString();
}
