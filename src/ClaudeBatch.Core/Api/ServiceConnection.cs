using System.Net;

namespace ClaudeBatch.Core.Api;

/// <summary>Where the service is, who calls it, and in which version of its language.</summary>
public sealed class ServiceConnection
{
    /// <summary>The version current SDKs send since 2026-10-21.</summary>
    public const string DefaultApiVersion = "2026-10-21";

    public static readonly Uri DefaultBaseAddress = new("https://api.anthropic.com/");

    /// <param name="baseAddress">https, or http to this machine; a path in it is the beginning of every call's.</param>
    /// <param name="credential">What proves who is calling.</param>
    /// <exception cref="ClaudeBatchException"><c>AddressInvalid</c>, <c>AddressNotSecure</c>.</exception>
    public ServiceConnection(Uri baseAddress, ServiceCredential credential)
    {
        BaseAddress = Checked(baseAddress);
        Credential = credential;
    }

    public Uri BaseAddress { get; }

    public ServiceCredential Credential { get; }

    public ServicePlatform Platform { get; init; } = ServicePlatform.ClaudeApi;

    public string ApiVersion { get; init; } = DefaultApiVersion;

    /// <summary>Names for the <c>anthropic-beta</c> header; they go with the create call and hold for the whole batch.</summary>
    public IReadOnlyList<string> Betas { get; init; } = [];

    /// <summary>Only for credentials that span workspaces.</summary>
    public string? WorkspaceId { get; init; }

    /// <summary>The same service and caller in another version of its language.</summary>
    public ServiceConnection As(string apiVersion, IReadOnlyList<string> betas)
        => new(BaseAddress, Credential) { Platform = Platform, ApiVersion = apiVersion, Betas = betas, WorkspaceId = WorkspaceId };

    private static Uri Checked(Uri address)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "AddressInvalid",
                $"'{address}' is not a web address. Give one such as '{DefaultBaseAddress}'.")
            { Target = address };
        }

        if (address.Scheme == Uri.UriSchemeHttp && !IsLoopback(address))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "AddressNotSecure",
                $"'{address}' is plain http to another machine; the API key would travel unprotected. Use https.")
            { Target = address };
        }

        return address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }

    private static bool IsLoopback(Uri address)
        => address.IsLoopback || (IPAddress.TryParse(address.DnsSafeHost, out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
