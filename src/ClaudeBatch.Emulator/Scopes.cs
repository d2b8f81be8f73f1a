namespace ClaudeBatch.Emulator;

/// <summary>What a token may be used for.</summary>
internal static class Scopes
{
    /// <summary>Everything that an API key of the workspace may do.</summary>
    public const string Developer = "workspace:developer";

    /// <summary>Messages and models, without batches and files.</summary>
    public const string Inference = "workspace:inference";
}
