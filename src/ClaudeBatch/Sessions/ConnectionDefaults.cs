using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Sessions;

/// <summary>The connection a cmdlet uses when it is given none: the process's default, else the environment's, read at each call.</summary>
internal static class ConnectionDefaults
{
    /// <summary>What to see to where the address is not the service's own.</summary>
    public const string RepeatedPostAdvice =
        "A gateway that sends a failed POST request again by itself could make a batch twice, and it would be paid twice; "
        + "switch such repeats off there.";

    /// <summary>Set by Connect-ClaudeBatch for the whole process, as people expect of a connect cmdlet.</summary>
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

    /// <summary>The key or token of the environment, and the name of the variable it stands in.</summary>
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

    /// <summary>The connection to use; one without a key can still read the ledger.</summary>
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
