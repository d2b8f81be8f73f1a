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
    /// Gives a text without the secret, so that it can be shown and written down: whatever the service or something in between says may
    /// repeat the headers of the request.
    /// </summary>
    /// <param name="text">A text that came from outside.</param>
    public abstract string WithoutSecret(string text);

    /// <summary>Names the kind of credential, for people. The text never contains the secret.</summary>
    public abstract override string ToString();
}
