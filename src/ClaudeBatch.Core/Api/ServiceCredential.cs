namespace ClaudeBatch.Core.Api;

/// <summary>What proves who is calling: a key, a token that expires, a signature over the request.</summary>
/// <remarks>
/// A secret leaves a credential only in the headers of a request to the connection's own address. It is asked anew for each request, so
/// that one that expires can renew what it gives, and it may have to ask somebody else for that.
/// </remarks>
public abstract class ServiceCredential
{
    /// <summary>Puts the proof into the headers of a request that is complete but for it; the next thing that happens to it is that it is sent.</summary>
    /// <param name="request">The request, with its address, its headers and its body.</param>
    /// <param name="bodyDigest">The SHA-256 of the body, 32 bytes, so that a signature covers a body of 256 MB without reading it; of no bytes where there is no body.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ClaudeBatchException">No proof can be had (<see cref="FailureKind.Authentication"/>); nothing was sent.</exception>
    public abstract ValueTask ApplyAsync(HttpRequestMessage request, ReadOnlyMemory<byte> bodyDigest, CancellationToken cancellationToken);

    /// <summary>How it travels, for people: never the secret.</summary>
    public abstract override string ToString();
}
