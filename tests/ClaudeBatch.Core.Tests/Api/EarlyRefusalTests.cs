using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Tests.Api;

/// <summary>
/// A service refuses a body of 60 MB while it is being sent, and closes the connection. The refusal is read, and is not taken for a failure
/// of the network.
/// </summary>
public sealed class EarlyRefusalTests : IDisposable
{
    private const long Length = 60_000_000;

    private readonly string _body = Path.GetTempFileName();

    public EarlyRefusalTests()
    {
        using FileStream file = File.OpenWrite(_body);
        file.SetLength(Length);
    }

    public void Dispose() => File.Delete(_body);

    [Theory]
    [InlineData(401, FailureKind.Authentication)]
    [InlineData(403, FailureKind.Permission)]
    [InlineData(413, FailureKind.TooLarge)]
    public async Task It_is_seen_every_time_and_the_last_byte_stays_here(int status, FailureKind kind)
    {
        for (int round = 0; round < 12; round++)
        {
            using RefusingServer server = new(status);

            (CreateReply reply, bool wasAsked) = await SendAsync(server.Address);

            Assert.Equal((status, kind), (reply.Failure!.Status, reply.Failure.Kind));
            Assert.False(reply.LastByteHandedOver);
            Assert.False(wasAsked);
            Assert.True(await server.Received < Length);
        }
    }

    [Theory]
    [InlineData(401, FailureKind.Authentication)]
    [InlineData(413, FailureKind.TooLarge)]
    public async Task It_is_seen_of_a_file_that_is_uploaded_and_the_rest_stays_here(int status, FailureKind kind)
    {
        using RefusingServer server = new(status);
        using BatchApi api = new(new ServiceConnection(server.Address, ApiCredential.FromKey("sk-ant-test")), HttpTransport.Create(), TimeProvider.System);
        FileUpload upload = new(_body, "a.pdf", "application/pdf", SHA256.HashData(await File.ReadAllBytesAsync(_body)), TimeSpan.FromDays(30));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => api.UploadAsync(upload, CancellationToken.None));

        Assert.Equal((status, kind, false), (failure.Status, failure.Kind, upload.WasSent));
        Assert.True(await server.Received < Length);
    }

    [Fact]
    public async Task It_is_seen_through_TLS_and_through_a_proxy_that_tunnels()
    {
        using X509Certificate2 certificate = Certificate();
        SslClientAuthenticationOptions security = new() { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.Thumbprint };
        using RefusingServer direct = new(401, certificate);
        using RefusingServer behind = new(401, certificate);
        using Tunnel tunnel = new(behind.Address);

        (CreateReply first, _) = await SendAsync(direct.Address, security);
        (CreateReply second, _) = await SendAsync(new Uri($"https://service.test:{behind.Address.Port}/"), security, new WebProxy(tunnel.Address));

        Assert.Equal((401, false), (first.Failure!.Status, first.LastByteHandedOver));
        Assert.Equal((401, false), (second.Failure!.Status, second.LastByteHandedOver));
    }

    [Fact]
    public async Task A_connection_that_breaks_without_a_word_is_still_a_broken_connection()
    {
        using RefusingServer server = new(status: 0);

        (CreateReply reply, _) = await SendAsync(server.Address);

        Assert.Equal((FailureKind.Network, false), (reply.Failure!.Kind, reply.LastByteHandedOver));
    }

    [Fact]
    public void Interim_replies_are_no_reply()
    {
        EarlyReply reply = new();
        reply.Feed("HTTP/1.1 100 Continue\r\nX: HTTP/1.1 500\r\n\r\nHT"u8);
        Assert.Equal(0, reply.Status);

        reply.Feed("TP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 4"u8);
        Assert.Equal(0, reply.Status);

        reply.Feed("13 Content Too Large\r\n\r\nHTTP/1.1 200 OK\r\n"u8);
        Assert.Equal((413, true), (reply.Status, reply.IsRefusal));
    }

    private async Task<(CreateReply Reply, bool WasAskedForLastByte)> SendAsync(Uri address, SslClientAuthenticationOptions? security = null, IWebProxy? proxy = null)
    {
        bool asked = false;
        using BatchApi api = new(
            new ServiceConnection(address, ApiCredential.FromKey("sk-ant-test")), HttpTransport.Create(security, proxy ?? new WebProxy()), TimeProvider.System);
        CreateReply reply = await api.CreateAsync(
            _body,
            Length,
            default,
            _ =>
            {
                asked = true;
                return Task.CompletedTask;
            },
            null,
            CancellationToken.None);
        return (reply, asked);
    }

    private static X509Certificate2 Certificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new X509Certificate2(made.Export(X509ContentType.Pkcs12)); // Windows needs the key in this form
    }

    /// <summary>
    /// A server that reads the head and a million bytes of the body, replies, and closes without reading the rest. The connection is
    /// thereby reset.
    /// </summary>
    private sealed class RefusingServer : IDisposable
    {
        private const int ReadBeforeItAnswers = 1_000_000;

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        private readonly X509Certificate2? _certificate;

        public RefusingServer(int status, X509Certificate2? certificate = null)
        {
            _certificate = certificate;
            _listener.Start();
            Address = new Uri($"{(certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
            Received = ServeAsync(status);
        }

        public Uri Address { get; }

        /// <summary>The number of bytes of the body that the server has read.</summary>
        public Task<long> Received { get; }

        public void Dispose() => _listener.Dispose();

        private async Task<long> ServeAsync(int status)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync();
            await using Stream stream = await SecuredAsync(client.GetStream());
            byte[] buffer = new byte[64 * 1024];
            StringBuilder head = new();
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                head.Append((char)buffer[await stream.ReadAsync(buffer.AsMemory(0, 1)) - 1]);
            }

            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
            long received = 0;
            while (received < ReadBeforeItAnswers)
            {
                received += await stream.ReadAsync(buffer);
            }

            if (status > 0)
            {
                const string error = """{"type":"error","error":{"type":"some_error","message":"No."}}""";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\nContent-Length: {error.Length}\r\nConnection: close\r\n\r\n{error}"));
            }

            return received;
        }

        private async Task<Stream> SecuredAsync(NetworkStream stream)
        {
            if (_certificate is null)
            {
                return stream;
            }

            SslStream secured = new(stream);
            await secured.AuthenticateAsServerAsync(_certificate);
            return secured;
        }
    }

    /// <summary>A proxy that takes only CONNECT, and connects every client to the same server.</summary>
    private sealed class Tunnel : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Tunnel(Uri target)
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
            _ = ServeAsync(target);
        }

        public Uri Address { get; }

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(Uri target)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync();
            NetworkStream near = client.GetStream();
            StringBuilder head = new();
            byte[] one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                await near.ReadExactlyAsync(one);
                head.Append((char)one[0]);
            }

            Assert.StartsWith("CONNECT service.test:", head.ToString(), StringComparison.Ordinal);
            using TcpClient server = new(target.Host, target.Port);
            await near.WriteAsync("HTTP/1.1 200 Established\r\n\r\n"u8.ToArray());
            NetworkStream far = server.GetStream();
            await Task.WhenAll(CopyAsync(near, far, server), CopyAsync(far, near, client));
        }

        private static async Task CopyAsync(NetworkStream from, NetworkStream to, TcpClient end)
        {
            try
            {
                await from.CopyToAsync(to);
            }
            catch (IOException)
            {
                // One side has broken the connection. The other side sees its end.
            }

            end.Client.Shutdown(SocketShutdown.Send);
        }
    }
}
