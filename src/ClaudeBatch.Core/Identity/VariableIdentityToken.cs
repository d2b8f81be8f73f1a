namespace ClaudeBatch.Core.Identity;

/// <summary>An identity token in a variable of the environment.</summary>
/// <param name="name">The name of the variable.</param>
/// <param name="environment">The environment; null for that of this process.</param>
public sealed class VariableIdentityToken(string name, EnvironmentVariables? environment = null) : IdentityTokenSource
{
    /// <summary>The variable in which the official SDKs look for a token.</summary>
    public const string DefaultName = "ANTHROPIC_IDENTITY_TOKEN";

    public override string Description => $"the variable {name}";

    public override string HowToRefresh
        => $"Set {name} to a fresh token of your identity provider, or have one written to a file and give -IdentityTokenPath.";

    public override ValueTask<string> ReadAsync(CancellationToken cancellationToken)
        => ValueTask.FromResult(Checked((environment ?? EnvironmentVariables.OfProcess)[name] ?? string.Empty));
}
