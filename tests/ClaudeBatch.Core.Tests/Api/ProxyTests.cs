using System.Net;
using System.Net.Sockets;
using System.Text;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Tests.Api;

/// <summary>Where a proxy is what fails, the proxy is named, and never its password.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("http://service.test/")]
    [InlineData("https://service.test/")]
    public async Task A_proxy_that_is_down_is_named(string service)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        ClaudeBatchException failure = await FailureAsync(service, $"http://user:s%40cret@127.0.0.1:{port}");

        Assert.Equal(("ConnectionFailed", FailureKind.Network, true), (failure.Id, failure.Kind, failure.IsTransient));
        Assert.Contains($"The proxy at 'http://127.0.0.1:{port}' could not be reached", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_named()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task answering = Task.Run(async () =>
        {
            while (true)
            {
                using TcpClient caller = await listener.AcceptTcpClientAsync();
                byte[] head = new byte[4096];
                _ = await caller.GetStream().ReadAsync(head);
                await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        });

        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        ClaudeBatchException failure = await FailureAsync("https://service.test/", $"http://user:s%40cret@127.0.0.1:{port}");

        Assert.Contains($"The proxy at 'http://127.0.0.1:{port}' does not connect to the service", failure.Message, StringComparison.Ordinal);
        Assert.Contains("502", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", failure.ToString(), StringComparison.Ordinal);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Fact]
    public async Task A_service_that_is_down_behind_no_proxy_is_named_itself()
    {
        ClaudeBatchException failure = await FailureAsync("http://127.0.0.1:9/", proxy: null);

        Assert.Contains("The service at 'http://127.0.0.1:9/' could not be reached", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<ClaudeBatchException> FailureAsync(string service, string? proxy)
    {
        Uri address = new(service);
        using BatchApi api = new(
            new ServiceConnection(address.Scheme == "http" ? new Uri("http://127.0.0.1:9/") : address, ApiCredential.FromKey("sk-ant-test")),
            HttpTransport.Create(security: null, proxy is null ? new WebProxy() : new WebProxy(proxy)),
            new ImpatientClock());
        return await Assert.ThrowsAsync<ClaudeBatchException>(() => api.ListAsync(1, null, CancellationToken.None));
    }
}
