using System.Management.Automation;
using System.Net;
using System.Security;
using System.Text.RegularExpressions;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Where the key comes from.</content>
public sealed partial class ConnectClaudeBatchCommand
{
    private FoundIdentity Identity() => ParameterSetName switch
    {
        EmulatorSet => new FoundIdentity(ApiCredential.FromKey(EmulatorKey), "emulator", "The emulator takes no key."),
        PathSet => new FoundIdentity(FromFile(ExistingFile(ApiKeyPath!)), ApiKeyPath!, Given("ApiKeyPath"))
        {
            Origin = KeyOrigin.OfFile(GetUnresolvedProviderPathFromPSPath(ApiKeyPath!)),
        },
        SecretSet => new FoundIdentity(FromVault(), $"secret {SecretName}", Given("SecretName"))
        {
            Origin = KeyOrigin.OfSecret(SecretName!, VaultName),
        },
        KeySet when ApiKey is not null => new FoundIdentity(
            KeyOf(new NetworkCredential(string.Empty, ApiKey).Password), "-ApiKey", Given("ApiKey")),
        ProfileSet => IdentityFinder.OfProfile(ProfileName!, BaseUri, Given("ProfileName")),
        PathIdentitySet or ScriptIdentitySet or ProviderIdentitySet => Federation(),
        _ => IdentityFinder.Find(BaseUri) ?? throw ClaudeBatchConnection.KeyMissing(),
    };

    private static string Given(string parameter) => $"-{parameter} was given to Connect-ClaudeBatch, which comes before the environment.";

    private string ExistingFile(string given)
    {
        string path = GetUnresolvedProviderPathFromPSPath(given);
        return File.Exists(path)
            ? path
            : throw new ClaudeBatchException(FailureKind.NotFound, "PathNotFound", $"There is no file '{path}'.") { Target = given };
    }

    // A line of a file of settings, such as ANTHROPIC_API_KEY=…
    [GeneratedRegex(@"^\s*(export\s+|set\s+|\$env:)?[A-Za-z_][A-Za-z0-9_]*\s*=\s*\S")]
    private static partial Regex NamedValue();

    private ApiCredential FromFile(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
            {
                throw new ClaudeBatchException(
                    FailureKind.Permission,
                    "ApiKeyFileOpen",
                    $"'{path}' can be read by others. Make it yours alone with: chmod 600 '{path}'")
                { Target = path };
            }

            string text = File.ReadAllText(path);
            return text.AsSpan().IndexOfAny("\"'{}") < 0 && !NamedValue().IsMatch(text)
                ? KeyOf(text)
                : throw new ClaudeBatchException(FailureKind.InvalidArgument, "ApiKeyInvalid", "That is no key alone.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "FileUnreadable", $"'{path}' cannot be read: {Sentence.Of(e.Message)}", e) { Target = path };
        }
        catch (ClaudeBatchException e) when (e.Id != "ApiKeyFileOpen")
        {
            string message = $"{e.Message} It is read from '{path}', which must hold the key alone.";
            throw new ClaudeBatchException(e.Kind, e.Id, message, e) { Target = path };
        }
    }

    private ApiCredential FromVault()
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Get-Secret").AddParameter("Name", SecretName).AddParameter("ErrorAction", ActionPreference.Stop);
        if (VaultName is not null)
        {
            shell.AddParameter("Vault", VaultName);
        }

        try
        {
            object?[] found = [.. shell.Invoke().Select(static o => o?.BaseObject)];
            object? secret = found.Length > 1 ? throw new InvalidOperationException($"It has {found.Length} values, and a key is one.")
                : found.FirstOrDefault();
            string? key = secret is SecureString secure ? new NetworkCredential(string.Empty, secure).Password : secret as string;
            return KeyOf(key ?? throw new InvalidOperationException("It holds no text."));
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException)
        {
            throw new ClaudeBatchException(
                FailureKind.NotFound,
                "SecretNotFound",
                $"Secret '{SecretName}' could not be read: {e.Message} It takes the module Microsoft.PowerShell.SecretManagement and "
                    + $"an unlocked vault.",
                e)
            { Target = SecretName };
        }
    }
}
