using System.Net;
using System.Net.Sockets;

namespace ClaudeBatch.Clients.Tests;

/// <summary>A port that passes every byte on to a server and back, and keeps the requests that went by.</summary>
internal sealed class RecordingFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    private readonly CancellationTokenSource _end = new();

    private readonly List<RecordedRequest> _requests = [];

    private readonly List<Task> _connections = [];

    private readonly Uri _server;

    private readonly Task _accepting;

    public RecordingFront(Uri server)
    {
        _server = server;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Gives the requests since the last call, in the order in which they were whole.</summary>
    public IReadOnlyList<RecordedRequest> Take()
    {
        lock (_requests)
        {
            RecordedRequest[] taken = [.. _requests];
            _requests.Clear();
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        {
            using TcpClient server = new();
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _end.Token);
                await Task.WhenAny(SendAsync(client.GetStream(), server.GetStream()), server.GetStream().CopyToAsync(client.GetStream(), _end.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // One side has left; so does the other.
            }
        }
    }

    // A request is kept before its end goes on, so that it is there when its reply is.
    private async Task SendAsync(NetworkStream from, NetworkStream to)
    {
        List<byte> pending = [];
        byte[] buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _end.Token) is int count and > 0)
        {
            pending.AddRange(buffer.AsSpan(0, count));
            while (RecordedRequest.Read(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pending), out int length) is { } request)
            {
                pending.RemoveRange(0, length);
                lock (_requests)
                {
                    _requests.Add(request);
                }
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _end.Token);
        }
    }
}
