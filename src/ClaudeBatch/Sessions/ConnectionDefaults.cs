using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;

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

    public static Uri BaseUri => VariableUri ?? ServiceConnection.DefaultBaseAddress;

    /// <summary>The address that the environment gives; null where it gives none.</summary>
    public static Uri? VariableUri => AddressIn("ANTHROPIC_BASE_URL");

    /// <summary>The address that a variable of the environment holds; null where it is not set.</summary>
    /// <exception cref="ClaudeBatchException"><c>AddressInvalid</c>, or what else is wrong with an address.</exception>
    public static Uri? AddressIn(string variable)
    {
        if (EnvironmentVariables.OfProcess[variable] is not { } text)
        {
            return null;
        }

        // The text is not repeated: what is no address may still hold a password.
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            ? ServiceConnection.Checked(uri)
            : throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "AddressInvalid", $"What {variable} holds is not a web address.")
            { Target = variable };
    }

    /// <summary>Makes a connection the process's default; with null that is the environment's again.</summary>
    public static void Use(ClaudeBatchConnection? connection) => (Current, LastConnectFailed) = (connection, false);

    /// <summary>Leaves the process without a default connection until somebody connects or disconnects.</summary>
    public static void Fail() => (Current, LastConnectFailed) = (null, true);

    /// <summary>Reads into a connection what its ledger has as settings.</summary>
    public static void ReadSettings(ClaudeBatchConnection connection)
    {
        connection.RetentionDays = null;
        using ServiceSession service = new(connection, static (_, _) => { });
        using BatchSession? session = BatchSession.Open(service, create: false);
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

        FoundIdentity? found = null;
        ClaudeBatchException? fault = null;
        try
        {
            found = IdentityFinder.Find(given: null);
        }
        catch (ClaudeBatchException failure)
        {
            fault = failure; // thrown where the service is called: reading the ledger needs nobody
        }

        return new ClaudeBatchConnection
        {
            BaseUri = found?.BaseUri ?? BaseUri,
            LedgerPath = LedgerPath,
            WorkspaceId = found?.WorkspaceId,
            Credential = found?.Credential,
            KeySource = found?.Source,
            Origin = found?.Origin,
            IdentityReason = found?.Why,
            IdentityFault = fault,
            IsOfEnvironment = found?.IsOfEnvironment == true,
        };
    }
}
