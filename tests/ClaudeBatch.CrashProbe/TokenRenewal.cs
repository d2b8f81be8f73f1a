using System.Globalization;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.CrashProbe;

/// <summary>Renews the token in a credentials file many times, as many processes may do at once: the token is a number that grows.</summary>
internal static class TokenRenewal
{
    public static async Task RunAsync(Options options)
    {
        CredentialsFile file = new(Path.Combine(options.Ledger, "credentials.json"));
        string path = Path.Combine(options.Ledger, "credentials.lock");
        for (int i = 0; i < options.Rows; i++)
        {
            using FileLock taken = await FileLock.TakeAsync(path, TimeSpan.FromMinutes(4), TimeProvider.System, CancellationToken.None);
            int number = int.Parse(file.Read()?.AccessToken ?? "0", CultureInfo.InvariantCulture) + 1;
            using PreparedCredentials prepared = file.Prepare();
            Milestone.Pass("credentials-prepared");
            prepared.Commit(new CredentialChanges(number.ToString(CultureInfo.InvariantCulture), expiresAt: null));
        }
    }
}
