namespace ClaudeBatch.Emulator;

/// <summary>An HTTP request as either front hands it over.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">Without the query.</param>
/// <param name="Query">Without its question mark.</param>
/// <param name="Header">Gives a header's value, or null.</param>
/// <param name="CopyBody">Writes the body to a stream.</param>
public sealed record EmulatedRequest(
    string Method, string Path, string Query, Func<string, string?> Header, Func<Stream, CancellationToken, Task> CopyBody);
