using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Clients.Tests;

/// <summary>The requests of two clients that have done the same, call by call.</summary>
/// <param name="theirs">The requests of the official client.</param>
/// <param name="ours">The requests of this project.</param>
internal sealed partial class SideBySide(IReadOnlyList<RecordedRequest> theirs, IReadOnlyList<RecordedRequest> ours)
{
    private const string InAll = "all";

    private const string None = "-";

    private static readonly string[] s_secrets = ["assertion", "refresh_token"];

    // Their values are of the moment; the emulator holds them to what they are about.
    private static readonly string[] s_named = ["content-length", "user-agent", "x-amz-date", "x-amz-content-sha256", "traceparent"];

    private readonly Dictionary<string, SortedDictionary<string, string>> _theirs = Calls(theirs);

    private readonly Dictionary<string, SortedDictionary<string, string>> _ours = Calls(ours);

    /// <summary>
    /// What differs, in lines of the form <c>call: what: theirs | ours</c>. A dash is for what is not there; what is the same in all calls is
    /// one line.
    /// </summary>
    public IReadOnlyList<string> Differences()
    {
        string[] calls = [.. _theirs.Keys.Union(_ours.Keys).Order(StringComparer.Ordinal)];
        List<(string Call, string Line)> lines = [];
        foreach (string call in calls)
        {
            if (!_theirs.TryGetValue(call, out SortedDictionary<string, string>? a) || !_ours.TryGetValue(call, out SortedDictionary<string, string>? b))
            {
                lines.Add((call, $"made by {(_theirs.ContainsKey(call) ? "theirs" : "ours")} alone"));
                continue;
            }

            lines.AddRange(Rows(a, b).Where(static r => r.Theirs != r.Ours).Select(r => (call, $"{r.What}: {r.Theirs} | {r.Ours}")));
        }

        // The exchange is no call of the API, and has headers of its own.
        int most = calls.Count(static c => !c.EndsWith("/token", StringComparison.Ordinal));
        HashSet<string> common = [.. lines.Where(static l => !l.Call.EndsWith("/token", StringComparison.Ordinal)).GroupBy(static l => l.Line).Where(g => g.Count() == most).Select(static g => g.Key)];
        return
        [
            .. common.Order(StringComparer.Ordinal).Select(static l => $"{InAll}: {l}"),
            .. lines.Where(l => l.Call.EndsWith("/token", StringComparison.Ordinal) || !common.Contains(l.Line)).Select(static l => $"{l.Call}: {l.Line}"),
        ];
    }

    /// <summary>All of it as a table in Markdown.</summary>
    public string Table(string title)
    {
        StringBuilder table = new($"## {title}\n\n| Call | What | Official client | Ours |\n|---|---|---|---|\n");
        foreach (string call in _theirs.Keys.Union(_ours.Keys).Order(StringComparer.Ordinal))
        {
            string shown = call;
            foreach ((string what, string a, string b) in Rows(_theirs.GetValueOrDefault(call) ?? [], _ours.GetValueOrDefault(call) ?? []))
            {
                table.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {shown} | {what} | {(a == b ? "same" : a)} | {b} |\n");
                shown = string.Empty;
            }
        }

        return table.Append('\n').ToString();
    }

    private static IEnumerable<(string What, string Theirs, string Ours)> Rows(SortedDictionary<string, string> a, SortedDictionary<string, string> b)
        => a.Keys.Union(b.Keys).Order(StringComparer.Ordinal).Select(k => (k, a.GetValueOrDefault(k, None), b.GetValueOrDefault(k, None)));

    private static Dictionary<string, SortedDictionary<string, string>> Calls(IReadOnlyList<RecordedRequest> requests)
        => requests.GroupBy(CallOf).ToDictionary(
            static g => g.Key,
            static g =>
            {
                SortedDictionary<string, string> facts = new(StringComparer.Ordinal) { ["times"] = $"{g.Count()}" };
                foreach (IGrouping<string, string> fact in g.SelectMany(Facts).GroupBy(static f => f.What, static f => f.Value))
                {
                    // What is in some of the requests only is told, too.
                    string values = string.Join(" or ", fact.Distinct());
                    facts[fact.Key] = fact.Count() == g.Count() ? values : $"{values} (in some)";
                }

                return facts;
            });

    private static string CallOf(RecordedRequest request) => $"{request.Method} {BatchId().Replace(request.Path, "{id}")}";

    private static IEnumerable<(string What, string Value)> Facts(RecordedRequest request)
    {
        if (request.Query.Length > 0)
        {
            yield return ("query", request.Query);
        }

        foreach ((string name, string value) in request.Headers)
        {
            if (name == "authorization" && value.StartsWith("AWS4-", StringComparison.Ordinal))
            {
                Match proof = Proof().Match(value);
                yield return (name, $"{proof.Groups["scheme"].Value} {proof.Groups["scope"].Value}");
                foreach (string signed in proof.Groups["headers"].Value.Split(';'))
                {
                    yield return ($"signed {signed}", "yes");
                }
            }
            else if (name == "authorization")
            {
                yield return (name, SecretEnd().Replace(value, "$1…"));
            }
            else
            {
                yield return (name, s_named.Contains(name) || name.StartsWith("x-stainless-", StringComparison.Ordinal) ? "given"
                    : name == "anthropic-beta" ? string.Join(',', value.Split(',', StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal))
                    : name == "host" ? Port().Replace(value, ":port")
                    : value);
            }
        }

        if (request.Body.Length > 0 && request.Path.EndsWith("/token", StringComparison.Ordinal))
        {
            using JsonDocument body = JsonDocument.Parse(request.Body);
            foreach (JsonProperty field in body.RootElement.EnumerateObject())
            {
                yield return ($"body.{field.Name}", s_secrets.Contains(field.Name) ? "given" : field.Value.ToString());
            }
        }
        else if (request.Body.Length > 0)
        {
            yield return ("body", Encoding.UTF8.GetString(request.Body));
        }
    }

    [GeneratedRegex(@":\d+\z")]
    private static partial Regex Port();

    [GeneratedRegex("msgbatch_[0-9A-Za-z]+")]
    private static partial Regex BatchId();

    [GeneratedRegex(@"\A(?<scheme>\S+) Credential=[^/]+/\d{8}/(?<scope>[^,]+),\s*SignedHeaders=(?<headers>[^,]+),\s*Signature=[0-9a-f]{64}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Proof();

    // A key and a token begin with what they are.
    [GeneratedRegex(@"\A(Bearer (?:sk-ant-[a-z0-9]+-)?).*\z")]
    private static partial Regex SecretEnd();
}
