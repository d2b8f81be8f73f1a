namespace ClaudeBatch.Core.Requests;

/// <summary>What one pass over a request's bytes has found.</summary>
public sealed class RequestFacts
{
    public string? CustomId { get; internal set; }

    /// <summary>What is wrong with the object around the params, to follow a mention of the request; null when nothing is.</summary>
    public string? EnvelopeFault { get; internal set; }

    public string? Model { get; internal set; }

    public long? MaxTokens { get; internal set; }

    /// <summary>Where the JSON schema of its output lies in the bytes; empty where it has none.</summary>
    public Range? OutputSchema { get; internal set; }

    public List<RequestFault> Faults { get; } = [];

    /// <summary>Of all that the model reads, without the base64 of files.</summary>
    public long PromptBytes { get; internal set; }

    /// <summary>Of that, up to the last cache breakpoint; 0 where there is none.</summary>
    public long CachedBytes { get; internal set; }

    /// <summary>Of the texts alone: what is certainly read, without the JSON around it.</summary>
    public long TextBytes { get; internal set; }

    /// <summary>Of that, up to the last cache breakpoint; 0 where there is none.</summary>
    public long CachedTextBytes { get; internal set; }

    /// <summary>Where what is cached lies in the bytes of the request; null where nothing is.</summary>
    public Range? CachedPrefix { get; internal set; }

    internal int ParamsStart { get; set; }

    /// <summary>A breakpoint asks for an hour.</summary>
    public bool CachesForAnHour { get; internal set; }

    public int Images { get; internal set; }

    /// <summary>Of documents in base64, as they stand in the request.</summary>
    public long DocumentBytes { get; internal set; }

    /// <summary>Files and addresses whose size only the service knows.</summary>
    public int References { get; internal set; }

    /// <summary><c>us</c>, where it was asked for.</summary>
    public string? InferenceGeo { get; internal set; }

    /// <summary>Its tools, as far as they matter before the service is asked.</summary>
    public RequestTools Tools { get; } = new();

    /// <summary>A picture or a document lies at an address or with the service.</summary>
    internal bool HasRemoteSource { get; set; }

    /// <summary>
    /// The service's token counter takes it: no server tools but the advisor, no MCP servers, nothing that lies elsewhere.
    /// </summary>
    public bool IsCountable => !HasRemoteSource && !Tools.RunAtService;

    internal long FileBytes { get; set; }

    internal int Breakpoints { get; set; }

    internal string? ThinkingType { get; set; }

    internal long? ThinkingBudget { get; set; }

    internal string? Effort { get; set; }

    internal string? ToolChoice { get; set; }

    /// <summary>The first sampling parameter that is not at its default.</summary>
    internal string? Sampling { get; set; }

    internal bool NamesInferenceGeo { get; set; }

    internal bool HasMessages { get; set; }

    internal string? LastRole { get; set; }

    internal void Reset()
    {
        CustomId = null;
        EnvelopeFault = null;
        Model = null;
        MaxTokens = null;
        OutputSchema = null;
        Faults.Clear();
        PromptBytes = 0;
        CachedBytes = 0;
        CachedPrefix = null;
        TextBytes = 0;
        CachedTextBytes = 0;
        CachesForAnHour = false;
        Images = 0;
        DocumentBytes = 0;
        References = 0;
        InferenceGeo = null;
        FileBytes = 0;
        Breakpoints = 0;
        ThinkingType = null;
        ThinkingBudget = null;
        Effort = null;
        ToolChoice = null;
        Sampling = null;
        NamesInferenceGeo = false;
        HasRemoteSource = false;
        Tools.Reset();
        HasMessages = false;
        LastRole = null;
    }
}
