using System.Globalization;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Sessions;

/// <content>Who calls the service, and why it is that identity.</content>
internal sealed partial class Checkup
{
    private void AddIdentity()
    {
        IReadOnlyList<string> hidden = connection.IsOfEnvironment ? IdentityFinder.Hidden : [];
        string others = string.Join(" and ", hidden);
        Add(
            "Identity",
            hidden.Count == 0 ? Ok : Warning,
            Sentence.Of(connection.IdentityReason ?? "It was given to Connect-ClaudeBatch.")
                + (hidden.Count == 0 ? string.Empty : $" {others} would come after it, and is not used."),
            hidden.Count == 0 ? null : $"Remove what you do not mean: {connection.KeySource}, or {others}.");
    }

    private async Task AddTokenAsync(string? workspace, CancellationToken cancellationToken)
    {
        if (connection.Credential is not TokenCredential credential)
        {
            return;
        }

        ClaudeBatchException? fault = await credential.Source.FaultAsync(cancellationToken);
        if (credential.Current is not { } token)
        {
            return; // the error of the call says why
        }

        string end = token.ExpiresAt is { } at
            ? string.Create(CultureInfo.InvariantCulture, $"runs out at {at.UtcDateTime:u}")
            : "does not run out";
        bool isEnough = token.Scope is null || !token.Scope.Split(' ').Contains("workspace:inference");
        Add(
            "Token",
            isEnough && fault is null ? Ok : Warning,
            $"Of {credential.Source.Description}, for workspace {workspace ?? "unknown"}, with scope {token.Scope ?? "unknown"}; "
                + $"it {end} and is kept in '{credential.Source.Path}'.",
            fault is not null ? $"The next one is not to be had: {fault.Message}"
                : isEnough ? null
                : "The documentation does not name batches among what workspace:inference may do; workspace:developer may.");
    }
}
