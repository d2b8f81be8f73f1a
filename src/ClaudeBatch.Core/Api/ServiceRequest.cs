using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace ClaudeBatch.Core.Api;

/// <summary>Makes requests to a connection's own address.</summary>
internal static class ServiceRequest
{
    /// <summary>Makes a request that has no body and no credential yet.</summary>
    /// <param name="connection">The connection with the service's address.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path below the connection's address, with its query.</param>
    public static HttpRequestMessage Of(ServiceConnection connection, HttpMethod method, string path)
    {
        HttpRequestMessage request = new(method, new Uri(connection.BaseAddress, path));
        connection.Platform.AddHeaders(request.Headers, connection);
        return request;
    }

    /// <summary>Makes a request that is ready to be sent.</summary>
    /// <param name="connection">The connection with the service's address and the credential.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path below the connection's address, with its query.</param>
    /// <param name="body">The body as JSON; null for no body.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ClaudeBatchException">The credential has no valid proof.</exception>
    public static async Task<HttpRequestMessage> SignedAsync(
        ServiceConnection connection, HttpMethod method, string path, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = Of(connection, method, path);
        try
        {
            if (body is { } bytes)
            {
                request.Content = Json(bytes);
                AddBetas(request, connection);
            }

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

    /// <summary>Names the betas of the connection: what requests to the model may say depends on them.</summary>
    public static void AddBetas(HttpRequestMessage request, ServiceConnection connection)
    {
        if (connection.Betas.Count > 0)
        {
            request.Headers.TryAddWithoutValidation("anthropic-beta", string.Join(',', connection.Betas));
        }
    }

    private static ByteArrayContent Json(ReadOnlyMemory<byte> body)
    {
        ByteArrayContent content = new(body.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
