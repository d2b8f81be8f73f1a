namespace ClaudeBatch.Emulator;

/// <summary>Makes the emulator behave as Claude Platform on AWS does.</summary>
public sealed class EmulatorAws
{
    public string Region { get; set; } = "us-east-1";

    /// <summary>The access keys whose signatures are taken.</summary>
    public EmulatorAwsKey[] AccessKeys { get; set; } = [];

    /// <summary>The keys that are taken without a signature.</summary>
    public string[] ApiKeys { get; set; } = [];

    /// <summary>The workspaces of the region, one of which each call names; none for the plan's WorkspaceId.</summary>
    public string[] WorkspaceIds { get; set; } = [];

    internal void Check()
    {
        if (Region.Length == 0 || (AccessKeys.Length == 0 && ApiKeys.Length == 0))
        {
            throw new ArgumentException("The plan's Aws needs a Region, and AccessKeys or ApiKeys.");
        }

        if (Array.Exists(AccessKeys, static k => k.Id.Length == 0 || k.Secret.Length == 0))
        {
            throw new ArgumentException("Each of the plan's Aws.AccessKeys needs an Id and a Secret.");
        }
    }
}
