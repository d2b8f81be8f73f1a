using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace ClaudeBatch.Core.Api;

/// <summary>Makes requests to a connection's own address.</summary>
internal static class ServiceRequest
{
    /// <summary>A request that lacks its body and its credential.</summary>
    /// <param name="connection">Where it goes.</param>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path below the connection's address, with its query.</param>
    public static HttpRequestMessage Of(ServiceConnection connection, HttpMethod method, string path)
    {
        HttpRequestMessage request = new(method, new Uri(connection.BaseAddress, path));
        connection.Platform.AddHeaders(request.Headers, connection);
        return request;
    }

    /// <summary>A request that can be sent.</summary>
    /// <param name="connection">Where it goes, and who sends it.</param>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path below the connection's address, with its query.</param>
    /// <param name="body">Its body as JSON; null for none.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ClaudeBatchException">What the credential says.</exception>
    public static async Task<HttpRequestMessage> SignedAsync(
        ServiceConnection connection, HttpMethod method, string path, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = Of(connection, method, path);
        try
        {
            request.Content = body is { } bytes ? Json(bytes) : null;
            byte[] digest = SHA256.HashData((body ?? default).Span);
            await connection.Credential.ApplyAsync(request, digest, cancellationToken).ConfigureAwait(false);
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static ByteArrayContent Json(ReadOnlyMemory<byte> body)
    {
        ByteArrayContent content = new(body.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
