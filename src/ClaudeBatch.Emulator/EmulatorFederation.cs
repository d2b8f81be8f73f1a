namespace ClaudeBatch.Emulator;

/// <summary>Whose JSON Web Tokens the emulated account takes, and what it gives for them.</summary>
public sealed class EmulatorFederation
{
    public EmulatorIssuer[] Issuers { get; set; } = [];

    public EmulatorRule[] Rules { get; set; } = [];

    internal void Check()
    {
        foreach (EmulatorIssuer issuer in Issuers)
        {
            issuer.Check();
        }

        foreach (EmulatorRule rule in Rules)
        {
            rule.Check();
            if (!Array.Exists(Issuers, i => i.Issuer == rule.Issuer))
            {
                throw new ArgumentException($"The rule '{rule.Id}' names the issuer '{rule.Issuer}', which is not in Federation.Issuers.");
            }
        }
    }
}
