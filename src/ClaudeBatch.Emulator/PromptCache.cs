using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The service's cache of prompts: what is marked can be read once an answer that wrote it is there, and not by requests of the same
/// batch, which all begin cold. Nothing is too small for it here.
/// </summary>
internal sealed class PromptCache(string root)
{
    private const string Mark = "\"cache_control\":{";

    private readonly string _root = Path.Combine(root, "cache");

    /// <summary>How a request uses the cache.</summary>
    /// <param name="parameters">Its params.</param>
    /// <param name="begins">When it is worked on.</param>
    /// <param name="ends">When its answer is there, and what it wrote can be read.</param>
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
        if (File.Exists(path) && File.ReadAllText(path).Split(' ') is [string from, string until] && Time(from) <= begins && begins < Time(until))
        {
            Keep(path, Time(from), begins + life);
            return new CacheUse(tokens, 0, 0);
        }

        if (!File.Exists(path) || Time(File.ReadAllText(path).Split(' ')[1]) <= begins)
        {
            Keep(path, ends, ends + life);
        }

        return isHour ? new CacheUse(0, 0, tokens) : new CacheUse(0, tokens, 0);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private void Keep(string path, DateTimeOffset from, DateTimeOffset until)
    {
        Directory.CreateDirectory(_root);
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{from:o} {until:o}"));
    }
}

/// <summary>Tokens of one request by what the cache did with them.</summary>
internal readonly record struct CacheUse(long Read, long Write5m, long Write1h);
