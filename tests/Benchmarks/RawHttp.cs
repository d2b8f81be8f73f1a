namespace ClaudeBatch.Benchmarks;

/// <summary>Moves the same bytes between a file and the server with HttpClient and does nothing with them: the least time the work can take.</summary>
internal static class RawHttp
{
    public static async Task<long> SubmitAsync(string address, string file)
    {
        using HttpClient client = new() { Timeout = TimeSpan.FromMinutes(10) };
        await using FileStream stream = File.OpenRead(file);
        using StreamContent content = new(stream, 256 * 1024);
        using HttpResponseMessage reply = await client.PostAsync(new Uri($"{address}/v1/messages/batches"), content);
        reply.EnsureSuccessStatusCode();
        return stream.Length;
    }

    public static async Task<long> CollectAsync(string address, string id, string file)
    {
        using HttpClient client = new() { Timeout = TimeSpan.FromMinutes(10) };
        await using Stream reply = await client.GetStreamAsync(new Uri($"{address}/v1/messages/batches/{id}/results"));
        await using FileStream stream = new(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        await reply.CopyToAsync(stream, 256 * 1024);
        return stream.Length;
    }
}
