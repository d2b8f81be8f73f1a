namespace ClaudeBatch.Core.Api;

/// <summary>A file of this machine that is sent to the service, and what has become of the call.</summary>
/// <param name="path">The full path.</param>
/// <param name="name">The name that the service keeps.</param>
/// <param name="mediaType">The media type.</param>
/// <param name="digest">The SHA-256 of the content, 32 bytes. A file that has another one is not sent to its end.</param>
/// <param name="lifetime">How long the service keeps the file.</param>
public sealed class FileUpload(string path, string name, string mediaType, ReadOnlyMemory<byte> digest, TimeSpan lifetime)
{
    public string Path => path;

    public string Name => name;

    public string MediaType => mediaType;

    public ReadOnlyMemory<byte> Digest => digest;

    public TimeSpan Lifetime => lifetime;

    /// <summary>Whether all of it was given to the network: from then on the service may have stored it.</summary>
    public bool WasSent { get; internal set; }
}
