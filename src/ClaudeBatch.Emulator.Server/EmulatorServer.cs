using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ClaudeBatch.Emulator.Server;

/// <summary>The emulated service on a port of this machine, for tests and for clients that are not this module.</summary>
public sealed class EmulatorServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private EmulatorServer(WebApplication application, Uri baseAddress)
    {
        _application = application;
        BaseAddress = baseAddress;
    }

    public Uri BaseAddress { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="stateFolder">The folder in which the batches are kept.</param>
    /// <param name="plan">The plan of how the service behaves.</param>
    /// <param name="clock">The clock of the service.</param>
    /// <param name="port">The port, which only this machine can reach; 0 for any free port.</param>
    public static async Task<EmulatorServer> StartAsync(string stateFolder, EmulatorPlan plan, TimeProvider clock, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, port, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication application = builder.Build();
        EmulatedService? service = null;
        application.Run(context => AnswerAsync(context, service!));
        await application.StartAsync();
        Uri address = new(application.Urls.Single() + "/");
        service = new EmulatedService(stateFolder, plan, clock, address);
        return new EmulatorServer(application, address);
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _application.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    // A signature is of the path as it was sent; the framework's own is unescaped.
    private static string RawPath(HttpContext context)
    {
        string? target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return target is ['/', ..] ? target.Split('?', 2)[0] : context.Request.Path.ToUriComponent();
    }

    private static async Task AnswerAsync(HttpContext context, EmulatedService service)
    {
        HttpRequest request = context.Request;
        EmulatedReply reply = await service.HandleAsync(
            new EmulatedRequest(
                request.Method,
                RawPath(context),
                request.QueryString.Value ?? string.Empty,
                name => request.Headers.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues values)
                    ? values.ToString()
                    : null,
                (target, token) => request.Body.CopyToAsync(target, token)),
            context.RequestAborted);
        if (reply.IsLost)
        {
            context.Abort();
            return;
        }

        await using (reply.Body)
        {
            context.Response.StatusCode = reply.Status;
            context.Response.ContentType = reply.ContentType;
            foreach ((string name, string value) in reply.Headers)
            {
                context.Response.Headers[name] = value;
            }

            try
            {
                await reply.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
            catch (ConnectionBrokenException)
            {
                await context.Response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
            }
        }
    }
}
