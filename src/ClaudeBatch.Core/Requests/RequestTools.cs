using System.Globalization;

namespace ClaudeBatch.Core.Requests;

/// <summary>The tools of a request, as far as costs depend on them or the service runs them.</summary>
public sealed class RequestTools
{
    // From these versions of the web tools on, running code is free in a request that has one of them (documentation of the service, "Code
    // execution"). A version is a date, here as a number.
    private const int FreeCodeFrom = 20_260_209;

    private static readonly string[] s_atService = ["web_search_", "web_fetch_", "code_execution_", "tool_search_", "mcp_toolset"];

    private readonly List<string> _types = [];

    private bool _hasServerTool;

    private bool _hasWebToolWithCode;

    private bool _hasCode;

    /// <summary>Whether the service may search the web for the request.</summary>
    public bool SearchesWeb { get; private set; }

    /// <summary>The most searches that the tools allow; 0 where they allow none, null where they set no limit.</summary>
    public long? MostSearches { get; private set; } = 0;

    /// <summary>Whether the service may run code for the request in a container whose time is paid for.</summary>
    public bool RunsPaidCode => _hasCode && !_hasWebToolWithCode;

    /// <summary>The types of the tools, in order. Tools that the user has defined have no type.</summary>
    internal IReadOnlyList<string> Types => _types;

    /// <summary>The model of the advisor tool; null where there is no such tool.</summary>
    internal string? Advisor { get; private set; }

    internal bool ReachesMcpServers { get; set; }

    /// <summary>Whether the service runs one of the tools itself, or calls an MCP server. The advisor tool does not count here.</summary>
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
