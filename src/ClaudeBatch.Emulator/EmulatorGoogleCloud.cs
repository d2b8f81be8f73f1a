namespace ClaudeBatch.Emulator;

/// <summary>Makes the emulator behave as Claude on Google Cloud does, where Anthropic manages it.</summary>
public sealed class EmulatorGoogleCloud
{
    public string Project { get; set; } = string.Empty;

    public string Location { get; set; } = "global";

    /// <summary>The access tokens of Google that are taken; none for every token.</summary>
    public string[] AccessTokens { get; set; } = [];

    internal void Check()
    {
        if (Project.Length == 0 || Location.Length == 0)
        {
            throw new ArgumentException("The plan's GoogleCloud needs a Project and a Location.");
        }
    }
}
