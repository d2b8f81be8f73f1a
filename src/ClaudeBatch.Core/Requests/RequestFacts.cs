namespace ClaudeBatch.Core.Requests;

/// <summary>The facts and faults that the checker has found in a request. Sizes are in bytes, ranges in the bytes of the request.</summary>
public sealed class RequestFacts
{
    public string? CustomId { get; internal set; }

    /// <summary>
    /// What is wrong with the object around the params, as the end of a sentence that begins with the request; null when nothing is.
    /// </summary>
    public string? EnvelopeFault { get; internal set; }

    public string? Model { get; internal set; }

    public long? MaxTokens { get; internal set; }

    /// <summary>The range of the JSON schema of the output; null where there is none.</summary>
    public Range? OutputSchema { get; internal set; }

    /// <summary>The most bytes of text that one token has, on the average of a prompt: an assumption of ours.</summary>
    public const double MostBytesPerToken = 6;

    /// <summary>The fewest tokens of an image or of all documents of a request: an assumption of ours.</summary>
    public const int SmallestImage = 100, SmallestDocument = 1_500;

    public List<RequestFault> Faults { get; } = [];

    /// <summary>The least number of input tokens that the request is estimated to have.</summary>
    public double LowTokens
        => (TextBytes / MostBytesPerToken) + (Images * SmallestImage) + (DocumentBytes > 0 ? SmallestDocument : 0);

    /// <summary>The size of the whole request without the base64 of files. The model reads at most so much.</summary>
    public long PromptBytes { get; internal set; }

    /// <summary>The part of <see cref="PromptBytes"/> up to the last cache breakpoint; 0 where there is none.</summary>
    public long CachedBytes { get; internal set; }

    /// <summary>The size of the texts alone, without the JSON around them. The model reads at least so much.</summary>
    public long TextBytes { get; internal set; }

    /// <summary>The part of <see cref="TextBytes"/> up to the last cache breakpoint; 0 where there is none.</summary>
    public long CachedTextBytes { get; internal set; }

    /// <summary>The part of <see cref="Images"/> up to the last cache breakpoint.</summary>
    internal int CachedImages { get; set; }

    /// <summary>The part of <see cref="DocumentBytes"/> up to the last cache breakpoint.</summary>
    internal long CachedDocumentBytes { get; set; }

    /// <summary>The part of <see cref="References"/> up to the last cache breakpoint.</summary>
    internal int CachedReferences { get; set; }

    /// <summary>Whether the params themselves have a <c>cache_control</c>, with which the whole prompt is cached.</summary>
    internal bool CachesAll { get; set; }

    /// <summary>The range from the beginning of the params to the last cache breakpoint; null where there is none.</summary>
    public Range? CachedPrefix { get; internal set; }

    internal int ParamsStart { get; set; }

    /// <summary>Whether a breakpoint has a <c>ttl</c> of an hour.</summary>
    public bool CachesForAnHour { get; internal set; }

    public int Images { get; internal set; }

    /// <summary>The size of documents in base64.</summary>
    public long DocumentBytes { get; internal set; }

    /// <summary>The number of references to files at the service or on the web, whose size is not known.</summary>
    public int References { get; internal set; }

    /// <summary><c>us</c> where the request asks for this <c>inference_geo</c>, which has other prices; else null.</summary>
    public string? InferenceGeo { get; internal set; }

    public RequestTools Tools { get; } = new();

    /// <summary>Whether an image or a document is a reference to a file at the service or on the web.</summary>
    internal bool HasRemoteSource { get; set; }

    /// <summary>
    /// Whether the service can count the request's tokens. It refuses that for requests with server tools other than the advisor, with MCP
    /// servers, or with references to files.
    /// </summary>
    public bool IsCountable => !HasRemoteSource && !Tools.RunAtService;

    /// <summary>The size of files in base64.</summary>
    internal long FileBytes { get; set; }

    internal int Breakpoints { get; set; }

    /// <summary>Whether the last list of blocks has some that only an answer of the model has.</summary>
    internal bool LastHasTurn { get; set; }

    /// <summary>Whether the last list of blocks has a call of the service's own tools: a turn that was paused ends so.</summary>
    internal bool LastHasServerTool { get; set; }

    /// <summary>Whether it says what becomes of thinking that does not fit, for which the batch needs a beta.</summary>
    internal bool BindsThinking { get; set; }

    internal bool HasThinking { get; set; }

    internal string? ThinkingType { get; set; }

    internal long? ThinkingBudget { get; set; }

    internal string? Effort { get; set; }

    internal string? ToolChoice { get; set; }

    /// <summary>The name of the tool that <see cref="ToolChoice"/> asks for; null where it names none.</summary>
    internal string? ChosenTool { get; set; }

    /// <summary>The range of the tools; null where there are none.</summary>
    internal Range? ToolList { get; set; }

    /// <summary>The name of the first sampling parameter that does not have its default; null where there is none.</summary>
    internal string? Sampling { get; set; }

    internal bool NamesInferenceGeo { get; set; }

    internal bool HasMessages { get; set; }

    internal string? LastRole { get; set; }

    /// <summary>How many files are named by placeholders.</summary>
    internal int Placeholders { get; set; }

    /// <summary>Counts files that are uploaded as their content would count: what the model reads is the same.</summary>
    public void Count(IReadOnlyList<FileToUpload> uploads)
    {
        bool isCached = CachedReferences > 0 && CachedReferences == References;
        References -= uploads.Count;
        HasRemoteSource &= References > 0;
        foreach (FileToUpload file in uploads)
        {
            long document = file.MediaType == "application/pdf" ? file.InlineLength : 0;
            long text = file.MediaType == "text/plain" ? file.InlineLength : 0;
            DocumentBytes += document;
            TextBytes += text;
            PromptBytes += text;
            if (isCached)
            {
                CachedReferences--;
                CachedDocumentBytes += document;
                CachedTextBytes += text;
                CachedBytes += text;
            }
        }
    }

    internal void Reset()
    {
        Placeholders = 0;
        CustomId = null;
        EnvelopeFault = null;
        Model = null;
        MaxTokens = null;
        OutputSchema = null;
        Faults.Clear();
        PromptBytes = 0;
        CachedBytes = 0;
        CachedPrefix = null;
        CachedImages = 0;
        CachedDocumentBytes = 0;
        CachedReferences = 0;
        CachesAll = false;
        TextBytes = 0;
        CachedTextBytes = 0;
        CachesForAnHour = false;
        Images = 0;
        DocumentBytes = 0;
        References = 0;
        InferenceGeo = null;
        FileBytes = 0;
        Breakpoints = 0;
        BindsThinking = false;
        LastHasTurn = false;
        LastHasServerTool = false;
        HasThinking = false;
        ThinkingType = null;
        ThinkingBudget = null;
        Effort = null;
        ToolChoice = null;
        ChosenTool = null;
        ToolList = null;
        Sampling = null;
        NamesInferenceGeo = false;
        HasRemoteSource = false;
        Tools.Reset();
        HasMessages = false;
        LastRole = null;
    }
}
