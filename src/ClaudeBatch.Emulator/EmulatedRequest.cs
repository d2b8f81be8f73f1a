using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>An HTTP request, as a front hands it to the emulated service.</summary>
/// <param name="Method">The HTTP method in capitals.</param>
/// <param name="Path">The path as it was sent, without the query.</param>
/// <param name="Query">The query as it was sent, with or without its question mark; empty where there is none.</param>
/// <param name="Header">Gives the value of a header, also of the body's and <c>Host</c>; null where the request lacks it.</param>
/// <param name="CopyBody">Writes the body to a stream.</param>
public sealed record EmulatedRequest(
    string Method, string Path, string Query, Func<string, string?> Header, Func<Stream, CancellationToken, Task> CopyBody)
{
    internal const string WorkspaceHeader = "anthropic-workspace-id";

    /// <summary>What the header <c>Authorization</c> bears; null where it bears nothing.</summary>
    internal string? Bearer => Header("Authorization") is { } value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        ? value[7..].Trim()
        : null;

    /// <summary>Reads the body, which has to be JSON.</summary>
    /// <exception cref="ServiceError">It is none.</exception>
    internal async Task<JsonDocument> JsonAsync(CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        await CopyBody(body, cancellationToken).ConfigureAwait(false);
        byte[] json = body.ToArray();
        TextCheck.ThrowIfHalf(json);
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw ServiceError.Invalid($"The request body is not valid JSON: {e.Message}");
        }
    }
}
