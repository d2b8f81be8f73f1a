namespace ClaudeBatch.Emulator;

/// <summary>An HTTP request, as a front hands it to the emulated service.</summary>
/// <param name="Method">The HTTP method in capitals.</param>
/// <param name="Path">The path, without the query.</param>
/// <param name="Query">The query, with or without its question mark; empty where there is none.</param>
/// <param name="Header">Gives the value of a header; null where the request lacks it.</param>
/// <param name="CopyBody">Writes the body to a stream.</param>
public sealed record EmulatedRequest(
    string Method, string Path, string Query, Func<string, string?> Header, Func<Stream, CancellationToken, Task> CopyBody);
