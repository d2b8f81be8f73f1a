using System.Net;

namespace ClaudeBatch.Core.Identity;

/// <summary>The addresses at which identity providers are asked.</summary>
internal static class ProviderAddress
{
    /// <summary>
    /// Reads an address out of a variable: https, or http to this machine or its link, where clouds have their metadata.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>IdentityProviderAddressInvalid</c>.</exception>
    public static Uri Checked(string text, string variable)
        => Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsNear(address)))
            ? address
            : throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "IdentityProviderAddressInvalid",
                $"{variable} is no https address, nor one of this machine: what goes there is secret, and nothing was sent. Look who has set "
                    + "it.");

    /// <summary>Adds to an address what it asks for.</summary>
    public static Uri With(Uri address, params (string Name, string? Value)[] query)
    {
        string joined = string.Join('&', query.Where(static q => q.Value is not null)
            .Select(static q => $"{q.Name}={Uri.EscapeDataString(q.Value!)}"));
        return new Uri($"{address.AbsoluteUri}{(address.Query.Length == 0 ? '?' : '&')}{joined}");
    }

    private static bool IsNear(Uri address) => address.IsLoopback
        || (IPAddress.TryParse(address.DnsSafeHost, out IPAddress? ip)
            && (IPAddress.IsLoopback(ip) || ip.IsIPv6LinkLocal || ip.GetAddressBytes() is [169, 254, _, _]));
}
