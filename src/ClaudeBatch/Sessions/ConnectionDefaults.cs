using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Sessions;

/// <summary>
/// The connection of a cmdlet that was given none: the default of the process, or else the one from the environment variables, which are
/// read anew at each call.
/// </summary>
internal static class ConnectionDefaults
{
    /// <summary>The advice for a connection whose requests pass through a gateway or proxy.</summary>
    public const string RepeatedPostAdvice =
        "A gateway or proxy that sends a failed POST request again by itself could make a batch twice, and it would be paid twice; "
        + "switch such repeats off there.";

    /// <summary>The connection of Connect-ClaudeBatch, which applies to the whole process; null where there is none.</summary>
    public static ClaudeBatchConnection? Current { get; set; }

    public static string LedgerPath
    {
        get
        {
            if (Environment.GetEnvironmentVariable("CLAUDEBATCH_HOME") is { Length: > 0 } home)
            {
                return home;
            }

            string data = Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData,
                Environment.SpecialFolderOption.DoNotVerify);
            return data.Length > 0
                ? Path.Combine(data, "ClaudeBatch")
                : throw new ClaudeBatchException(
                    FailureKind.Storage,
                    "LedgerPathMissing",
                    "This user has no folder for application data. Name a folder for the ledger with Connect-ClaudeBatch -LedgerPath "
                        + "or in CLAUDEBATCH_HOME.");
        }
    }

    public static Uri BaseUri
    {
        get
        {
            string? text = Environment.GetEnvironmentVariable("ANTHROPIC_BASE_URL");
            if (string.IsNullOrWhiteSpace(text))
            {
                return ServiceConnection.DefaultBaseAddress;
            }

            return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
                ? uri
                : throw new ClaudeBatchException(
                    FailureKind.InvalidArgument, "AddressInvalid", $"ANTHROPIC_BASE_URL is '{text}', which is not a web address.")
                { Target = text };
        }
    }

    /// <summary>The key or token from the environment, with the name of its variable; null where none is set.</summary>
    public static (ApiCredential Credential, string Source)? Credential
    {
        get
        {
            if (Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY") is { Length: > 0 } key)
            {
                return (ApiCredential.FromKey(key), "ANTHROPIC_API_KEY");
            }

            return Environment.GetEnvironmentVariable("ANTHROPIC_AUTH_TOKEN") is { Length: > 0 } token
                ? (ApiCredential.FromToken(token), "ANTHROPIC_AUTH_TOKEN")
                : null;
        }
    }

    /// <summary>Returns the connection to use. It may have no key, because reading the ledger needs none.</summary>
    public static ClaudeBatchConnection Resolve(ClaudeBatchConnection? given)
    {
        if ((given ?? Current) is { } connection)
        {
            return connection;
        }

        (ApiCredential Credential, string Source)? credential = Credential;
        return new ClaudeBatchConnection
        {
            BaseUri = BaseUri,
            LedgerPath = LedgerPath,
            Credential = credential?.Credential,
            KeySource = credential?.Source,
        };
    }
}
