using System.Globalization;

namespace ClaudeBatch.Core.Requests;

/// <summary>The tools of a request whose calls cost something beside tokens, or that only the service can run.</summary>
public sealed class RequestTools
{
    // From these versions on a web tool brings code execution with it that is not paid for (documentation of the service, "Code
    // execution").
    private const int FreeCodeFrom = 20_260_209;

    private static readonly string[] s_atService = ["web_search_", "web_fetch_", "code_execution_", "tool_search_", "mcp_toolset"];

    private readonly List<string> _types = [];

    private bool _hasServerTool;

    private bool _hasWebToolWithCode;

    private bool _hasCode;

    /// <summary>The service may search the web for it.</summary>
    public bool SearchesWeb { get; private set; }

    /// <summary>The most searches its tools allow; null where they set no limit.</summary>
    public long? MostSearches { get; private set; } = 0;

    /// <summary>The service may run code for it in a container whose time is paid.</summary>
    public bool RunsPaidCode => _hasCode && !_hasWebToolWithCode;

    /// <summary>Every type that was named, in order; tools of the user's own have none.</summary>
    internal IReadOnlyList<string> Types => _types;

    /// <summary>The model that is to advise; null where none is.</summary>
    internal string? Advisor { get; private set; }

    internal bool ReachesMcpServers { get; set; }

    /// <summary>The service runs one of them itself, or reaches others that do. An advisor is a model, not a tool in this sense.</summary>
    internal bool RunAtService => _hasServerTool || ReachesMcpServers;

    internal void Add(string? type, string? model, long? mostUses)
    {
        if (type is null)
        {
            return;
        }

        _types.Add(type);
        _hasServerTool |= s_atService.Any(prefix => type.StartsWith(prefix, StringComparison.Ordinal));
        if (type.StartsWith("web_search_", StringComparison.Ordinal))
        {
            SearchesWeb = true;
            MostSearches += mostUses;
        }

        _hasCode |= type.StartsWith("code_execution_", StringComparison.Ordinal);
        _hasWebToolWithCode |= Version(type, "web_search_") >= FreeCodeFrom || Version(type, "web_fetch_") >= FreeCodeFrom;
        Advisor = type.StartsWith("advisor_", StringComparison.Ordinal) ? model : Advisor;
    }

    internal void Reset()
    {
        _types.Clear();
        _hasWebToolWithCode = false;
        _hasCode = false;
        SearchesWeb = false;
        MostSearches = 0;
        Advisor = null;
        ReachesMcpServers = false;
        _hasServerTool = false;
    }

    private static int Version(string type, string prefix)
        => type.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(type.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : 0;
}
