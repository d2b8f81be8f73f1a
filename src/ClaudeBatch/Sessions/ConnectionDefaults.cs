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

    /// <summary>
    /// What Connect-ClaudeBatch has set for the whole process, as people expect of a connect cmdlet; null where it has not.
    /// </summary>
    public static ClaudeBatchConnection? Current { get; private set; }

    /// <summary>
    /// Whether the last Connect-ClaudeBatch has failed. A script that goes on after it meant neither the connection before nor the
    /// environment's, and with those it could pay for what was to be rehearsed.
    /// </summary>
    public static bool LastConnectFailed { get; private set; }

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

            // The text is not repeated: what is no address may still hold a password.
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
                ? ServiceConnection.Checked(uri)
                : throw new ClaudeBatchException(
                    FailureKind.InvalidArgument, "AddressInvalid", "What ANTHROPIC_BASE_URL holds is not a web address.")
                { Target = "ANTHROPIC_BASE_URL" };
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

    /// <summary>Makes a connection the process's default; with null that is the environment's again.</summary>
    public static void Use(ClaudeBatchConnection? connection) => (Current, LastConnectFailed) = (connection, false);

    /// <summary>Leaves the process without a default connection until somebody connects or disconnects.</summary>
    public static void Fail() => (Current, LastConnectFailed) = (null, true);

    /// <summary>Reads into a connection what its ledger has as settings.</summary>
    public static void ReadSettings(ClaudeBatchConnection connection)
    {
        connection.RetentionDays = null;
        using BatchSession? session = BatchSession.Open(connection, create: false, static (_, _) => { });
        connection.RetentionDays = session?.Ledger.Settings.RetentionDays ?? 0;
    }

    /// <summary>Returns the connection to use. It may have no key, because reading the ledger needs none.</summary>
    /// <exception cref="ClaudeBatchException"><c>ConnectFailed</c>: the last Connect-ClaudeBatch has failed, and none is given.</exception>
    public static ClaudeBatchConnection Resolve(ClaudeBatchConnection? given)
    {
        if ((given ?? Current) is { } connection)
        {
            return connection;
        }

        if (LastConnectFailed)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict,
                FailureCause.ConnectFailed,
                "The last Connect-ClaudeBatch failed, so no connection is used. Run it again; or Disconnect-ClaudeBatch, to go back to "
                    + "the connection of the environment.");
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
