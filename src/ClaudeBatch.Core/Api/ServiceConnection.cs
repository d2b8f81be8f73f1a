using System.Net;

namespace ClaudeBatch.Core.Api;

/// <summary>The service's address, the caller's credential, and the API version and betas that are used.</summary>
public sealed class ServiceConnection
{
    /// <summary>The API version that the official SDKs have sent since 2026-10-21.</summary>
    public const string DefaultApiVersion = "2026-10-21";

    public static readonly Uri DefaultBaseAddress = new("https://api.anthropic.com/");

    /// <param name="baseAddress">An https address, or an http address of this machine. Its path is put before the path of every
    /// call.</param>
    /// <param name="credential">The credential that proves who is calling.</param>
    /// <exception cref="ClaudeBatchException"><c>AddressInvalid</c>: it is not a web address. <c>AddressHoldsSecret</c>: it has more than
    /// a host and a path. <c>AddressNotSecure</c>: it is http to another machine.</exception>
    public ServiceConnection(Uri baseAddress, ServiceCredential credential)
    {
        BaseAddress = Checked(baseAddress);
        Credential = credential;
    }

    public Uri BaseAddress { get; }

    public ServiceCredential Credential { get; }

    public ServicePlatform Platform { get; init; } = ServicePlatform.ClaudeApi;

    public string ApiVersion { get; init; } = DefaultApiVersion;

    /// <summary>
    /// The values of the header <c>anthropic-beta</c>. They are sent with each call whose body is JSON, and hold for all requests of a batch that it
    /// creates.
    /// </summary>
    public IReadOnlyList<string> Betas { get; init; } = [];

    /// <summary>The id of the workspace to use, for a credential that may use several; null otherwise.</summary>
    public string? WorkspaceId { get; init; }

    /// <summary>
    /// Called with the headers of each reply but that to a create, also where the reply is an error; null for nothing. What it throws is the
    /// failure of the call.
    /// </summary>
    public Action<ReplyHeaders>? OnReply { get; init; }

    /// <summary>
    /// The same connection without the workspace that the job alone names; null where the connection names its own, or none is named.
    /// </summary>
    internal ServiceConnection? WithoutJobsWorkspace { get; private init; }

    /// <summary>Makes a connection of the same address and credential with another API version, other betas and another workspace.</summary>
    /// <param name="apiVersion">The value of the header <c>anthropic-version</c>, such as <c>2026-10-21</c>.</param>
    /// <param name="betas">The values of the header <c>anthropic-beta</c>; none where it is empty.</param>
    /// <param name="workspaceId">The id of the workspace to name in each call; null for the connection's own.</param>
    /// <param name="onReply">What <see cref="OnReply"/> says.</param>
    public ServiceConnection As(
        string apiVersion, IReadOnlyList<string> betas, string? workspaceId = null, Action<ReplyHeaders>? onReply = null)
        => new(BaseAddress, Credential)
        {
            Platform = Platform,
            ApiVersion = apiVersion,
            Betas = betas,
            WorkspaceId = workspaceId ?? WorkspaceId,
            OnReply = onReply,
            WithoutJobsWorkspace = workspaceId is not null && WorkspaceId is null ? this : null,
        };

    /// <summary>Checks that an address is one of a service, and ends it with a slash.</summary>
    /// <inheritdoc cref="ServiceConnection(Uri, ServiceCredential)" path="/exception"/>
    public static Uri Checked(Uri address)
    {
        // The address is shown and written down in many places, and these parts of it are where people put passwords and tokens.
        if (address.OriginalString.AsSpan().IndexOfAny('?', '#') >= 0 || HasUser(address))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "AddressHoldsSecret",
                "The service's address has a user name, a query or a fragment, and would be shown and kept with it. Give the plain "
                    + $"address, such as '{DefaultBaseAddress}', and the credential as a key.");
        }

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

    // What comes before an @ is a user, unless it begins a part of the path of a web address.
    private static bool HasUser(Uri address) => address.OriginalString.Contains('@')
        && !(address.IsAbsoluteUri && (address.Scheme is "http" or "https") && address.UserInfo.Length == 0);

    private static bool IsLoopback(Uri address)
        => address.IsLoopback || (IPAddress.TryParse(address.DnsSafeHost, out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
