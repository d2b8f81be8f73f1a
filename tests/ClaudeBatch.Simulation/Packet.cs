using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ClaudeBatch.Simulation;

/// <summary>A reply on its way: what the network may change before it arrives.</summary>
internal sealed record Packet(HttpStatusCode Status, IReadOnlyList<(string Name, string Value)> Headers, string ContentType, byte[] Body)
{
    /// <summary>After how many bytes of the body the connection breaks; null where it does not.</summary>
    public int? BreaksAt { get; init; }

    public static async Task<Packet> OfAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        [.. response.Headers.Select(static h => (h.Key, string.Join(',', h.Value)))],
        response.Content.Headers.ContentType!.ToString(),
        await response.Content.ReadAsByteArrayAsync());

    /// <summary>A page of something between here and the service.</summary>
    public static Packet Page(int status) => new(
        (HttpStatusCode)status, [], "text/html", Encoding.UTF8.GetBytes($"<html><h1>{status.ToString(CultureInfo.InvariantCulture)}</h1>Sign in</html>"));

    /// <summary>A refusal in the service's own words.</summary>
    public static Packet Refusal(int status, int? retryAfter = null)
    {
        string type = status switch
        {
            400 => "invalid_request_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            429 => "rate_limit_error",
            529 => "overloaded_error",
            _ => "api_error",
        };
        (string, string)[] headers = retryAfter is { } seconds ? [("retry-after", seconds.ToString(CultureInfo.InvariantCulture))] : [];
        return new Packet((HttpStatusCode)status, headers, "application/json", Encoding.UTF8.GetBytes(
            $$"""{"type":"error","error":{"type":"{{type}}","message":"The simulation refuses with {{status.ToString(CultureInfo.InvariantCulture)}}."},"request_id":"req_01Refused"}"""));
    }

    public Packet WithDate(DateTimeOffset date) => this with
    {
        Headers = [.. Headers.Where(static h => h.Name != "Date"), ("Date", date.ToString("r", CultureInfo.InvariantCulture))],
    };

    /// <summary>Takes batches out of a list.</summary>
    public Packet Without(Func<string, bool> isHidden)
    {
        JsonNode page = JsonNode.Parse(Body)!;
        JsonArray data = page["data"]!.AsArray();
        foreach (JsonNode? entry in data.Where(e => isHidden(e!["id"]!.GetValue<string>())).ToArray())
        {
            data.Remove(entry);
        }

        page["first_id"] = data.FirstOrDefault()?["id"]?.GetValue<string>();
        page["last_id"] = data.LastOrDefault()?["id"]?.GetValue<string>();
        return this with { Body = Encoding.UTF8.GetBytes(page.ToJsonString()) };
    }

    /// <summary>Gives the ids in a list; none where it is no list.</summary>
    public HashSet<string> ListedIds() => ContentType == "application/json" && JsonNode.Parse(Body)?["data"] is JsonArray data
        ? [.. data.Select(static e => e!["id"]!.GetValue<string>())]
        : [];

    public HttpResponseMessage ToResponse(HttpRequestMessage request)
    {
        HttpResponseMessage response = new(Status)
        {
            Content = new StreamContent(BreaksAt is { } end ? new BreakingStream(Body, end) : new MemoryStream(Body, writable: false)),
            RequestMessage = request,
        };
        response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        foreach ((string name, string value) in Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    /// <summary>A body that breaks off.</summary>
    private sealed class BreakingStream(byte[] body, int end) : MemoryStream(body, 0, end, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => Position == Length ? throw new IOException("The connection broke.") : base.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
