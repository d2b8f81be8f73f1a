namespace ClaudeBatch.Core.Requests;

/// <summary>What one pass over a request's bytes has found.</summary>
public sealed class RequestFacts
{
    public string? Model { get; internal set; }

    public long? MaxTokens { get; internal set; }

    /// <summary>Where the JSON schema of its output lies in the bytes; empty where it has none.</summary>
    public Range? OutputSchema { get; internal set; }

    public List<RequestFault> Faults { get; } = [];

    internal int Breakpoints { get; set; }

    internal int Images { get; set; }

    internal string? ThinkingType { get; set; }

    internal long? ThinkingBudget { get; set; }

    internal bool HasMessages { get; set; }

    internal string? LastRole { get; set; }

    internal void Reset()
    {
        Model = null;
        MaxTokens = null;
        OutputSchema = null;
        Faults.Clear();
        Breakpoints = 0;
        Images = 0;
        ThinkingType = null;
        ThinkingBudget = null;
        HasMessages = false;
        LastRole = null;
    }
}
