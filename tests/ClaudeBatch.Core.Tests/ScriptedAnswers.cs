using System.Net;
using System.Text.Json.Nodes;

namespace ClaudeBatch.Core.Tests;

/// <summary>Results that a test has written: the emulator's lines with other results in them.</summary>
internal static class ScriptedAnswers
{
    /// <summary>Has a network give these results. A request for which the test has none gets the emulator's.</summary>
    /// <param name="network">The network.</param>
    /// <param name="resultOf">Gives the <c>result</c> of a request by its custom id; null for the emulator's.</param>
    public static void Answer(this InterferingHandler network, Func<string, string?> resultOf) => network.After = (request, response)
        => IsForResults(request) && response.StatusCode == HttpStatusCode.OK
            ? Replaced(response, resultOf)
            : response;

    /// <summary>Has a network change the body of all results that the service gives.</summary>
    public static void ChangeResults(this InterferingHandler network, Func<string, string> change) => network.After = (request, response) =>
    {
        if (IsForResults(request) && response.StatusCode == HttpStatusCode.OK)
        {
            response.Content = new StringContent(change(response.Content.ReadAsStringAsync().GetAwaiter().GetResult()));
        }

        return response;
    };

    public static bool IsForResults(HttpRequestMessage request) => request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal);

    /// <summary>Gives the lines of a body about these requests, in this order.</summary>
    public static string LinesOf(string body, params string[] ids) => string.Concat(ids.Select(
        id => body.Split('\n').Single(line => line.Contains($"\"custom_id\":\"{id}\"", StringComparison.Ordinal)) + "\n"));

    public static string Line(string id, string result) => $$"""{"custom_id":"{{id}}","result":{{result}} }""" + "\n";

    public static string Errored(string type, string message = "Later.")
        => $$"""{"type":"errored","error":{"type":"error","error":{"type":"{{type}}","message":"{{message}}"} } }""";

    public static string Ended(string type) => $$"""{"type":"{{type}}"}""";

    public static string Succeeded(string usage = "\"input_tokens\":10,\"output_tokens\":5", string stopReason = "end_turn", string text = "Yes", string model = "claude-haiku-4-5-20251001")
        => $$"""
            {"type":"succeeded","message":{"model":"{{model}}","content":[{"type":"text","text":{{JsonValue.Create(text).ToJsonString()}} }],"stop_reason":"{{stopReason}}","usage":{ {{usage}} } } }
            """;

    private static HttpResponseMessage Replaced(HttpResponseMessage response, Func<string, string?> resultOf)
    {
        IEnumerable<string> lines = response.Content.ReadAsStringAsync().GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string body = string.Concat(lines.Select(line =>
        {
            string id = JsonNode.Parse(line)!["custom_id"]!.GetValue<string>();
            return (resultOf(id) is { } result ? $$"""{"custom_id":"{{id}}","result":{{result}} }""" : line) + "\n";
        }));
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) };
    }
}
