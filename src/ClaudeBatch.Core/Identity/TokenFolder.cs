using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Core.Identity;

/// <summary>
/// The folder of the access tokens that no profile keeps. It is not the ledger's, which is stored and handed on with its jobs.
/// </summary>
public sealed class TokenFolder
{
    private readonly string _root;

    private TokenFolder(string root) => _root = root;

    /// <summary>Finds the folder, whether or not it exists: <c>ClaudeBatchTokens</c> in this user's folder for application data.</summary>
    /// <exception cref="ClaudeBatchException"><c>TokenFolderMissing</c>.</exception>
    public static TokenFolder Find(EnvironmentVariables environment)
    {
        string? data = OperatingSystem.IsWindows() ? environment["LOCALAPPDATA"]
            : environment["XDG_DATA_HOME"] ?? (environment["HOME"] is { } home ? Path.Combine(home, ".local", "share") : null);
        return data is not null && Path.IsPathFullyQualified(data)
            ? new TokenFolder(Path.Combine(data, "ClaudeBatchTokens"))
            : throw new ClaudeBatchException(
                FailureKind.Storage,
                "TokenFolderMissing",
                "This user has no folder for application data, in which the access token is kept for the next process. Set "
                    + $"{(OperatingSystem.IsWindows() ? "LOCALAPPDATA" : "XDG_DATA_HOME")} to the full path of a folder that only this "
                    + "user can read.");
    }

    /// <summary>
    /// Gives the file of a token. Each address, rule, organization, service account and workspace has one of its own, because another's token
    /// would send a job to another workspace.
    /// </summary>
    public string FileOf(Uri address, FederationRule rule)
    {
        string[] parts =
        [
            address.AbsoluteUri.TrimEnd('/'), rule.RuleId, rule.OrganizationId ?? string.Empty, rule.ServiceAccountId ?? string.Empty,
            rule.WorkspaceId ?? string.Empty,
        ];
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
        return Path.Combine(_root, Convert.ToHexString(digest, 0, 16) + ".json");
    }
}
