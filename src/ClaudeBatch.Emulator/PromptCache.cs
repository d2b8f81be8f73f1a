using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The service's cache of prompts. What is marked in a request can be read from the cache once the answer to a request that wrote it is
/// there. Requests of the same batch cannot read what another of them has written, because all of them begin at the same time. Unlike at
/// the service, no prompt is too small to be cached.
/// </summary>
internal sealed class PromptCache(string root)
{
    private const string Mark = "\"cache_control\":{";

    private readonly string _root = Path.Combine(root, "cache");

    /// <summary>Decides what a request reads from the cache or writes to it, and remembers what it writes.</summary>
    /// <param name="parameters">The params of the request.</param>
    /// <param name="begins">When the service begins to work on the request.</param>
    /// <param name="ends">When the answer is there, so that later requests can read what this one wrote.</param>
    public CacheUse Use(JsonElement parameters, DateTimeOffset begins, DateTimeOffset ends)
    {
        string raw = parameters.GetRawText();
        int end = raw.LastIndexOf(Mark, StringComparison.Ordinal);
        if (end < 0)
        {
            return default;
        }

        bool isHour = raw.AsSpan(end, Math.Min(60, raw.Length - end)).Contains("\"1h\"", StringComparison.Ordinal);
        long tokens = EmulatedAnswer.TokensOf(end);
        string path = Path.Combine(_root, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(raw[..end]))));
        TimeSpan life = isHour ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5);
        if (File.Exists(path) && File.ReadAllText(path).Split(' ') is [string from, string until]
            && Time(from) <= begins && begins < Time(until))
        {
            WriteEntry(path, Time(from), begins + life);
            return new CacheUse(tokens, 0, 0);
        }

        if (!File.Exists(path) || Time(File.ReadAllText(path).Split(' ')[1]) <= begins)
        {
            WriteEntry(path, ends, ends + life);
        }

        return isHour ? new CacheUse(0, 0, tokens) : new CacheUse(0, tokens, 0);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private void WriteEntry(string path, DateTimeOffset from, DateTimeOffset until)
    {
        Directory.CreateDirectory(_root);
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{from:o} {until:o}"));
    }
}

/// <summary>The tokens of one request that were read from the cache, or written to it for 5 minutes or for an hour.</summary>
internal readonly record struct CacheUse(long Read, long Write5m, long Write1h);
