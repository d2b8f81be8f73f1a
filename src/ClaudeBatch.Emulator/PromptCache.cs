using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The service's cache of prompts. What is marked in a request can be read from the cache once the answer to a request that wrote it is
/// there. Requests of the same batch cannot read what another of them has written, because all of them begin at the same time. Of what is
/// there a batch finds a share of 30 to 98 %, as the service's documentation has it; what it does not find is written once more.
/// </summary>
internal sealed class PromptCache(string root)
{
    private const string Mark = "\"cache_control\":{";

    private const double LeastFound = 0.3;

    private const double MostFound = 0.98;

    private readonly string _root = Path.Combine(root, "cache");

    /// <summary>Decides what a request reads from the cache or writes to it, and remembers what it writes.</summary>
    /// <param name="batch">The batch of the request. It begins with the batch, and later requests can read what it wrote when the batch has
    /// ended.</param>
    /// <param name="customId">The custom id of the request.</param>
    /// <param name="parameters">The params of the request.</param>
    public CacheUse Use(StoredBatch batch, string customId, JsonElement parameters)
    {
        (DateTimeOffset begins, DateTimeOffset ends) = (batch.CreatedAt, batch.EndsAt);
        string raw = parameters.GetRawText();
        int end = raw.LastIndexOf(Mark, StringComparison.Ordinal);
        if (end < 0)
        {
            return default;
        }

        bool isHour = raw.AsSpan(end, Math.Min(60, raw.Length - end)).Contains("\"1h\"", StringComparison.Ordinal);
        long tokens = EmulatedAnswer.TokensOf(end);
        if (tokens < EmulatedModels.Find(parameters.GetProperty("model").GetString()!)!.LeastCached)
        {
            return default; // the service neither caches it nor says so
        }

        string path = Path.Combine(_root, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(raw[..end]))));
        TimeSpan life = isHour ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5);
        if (File.Exists(path) && File.ReadAllText(path).Split(' ') is [string from, string until]
            && Time(from) <= begins && begins < Time(until))
        {
            WriteEntry(path, Time(from), begins + life);
            return IsFound(batch, customId) ? new CacheUse(tokens, 0, 0) : Written(tokens, isHour);
        }

        if (!File.Exists(path) || Time(File.ReadAllText(path).Split(' ')[1]) <= begins)
        {
            WriteEntry(path, ends, ends + life);
        }

        return Written(tokens, isHour);
    }

    private static CacheUse Written(long tokens, bool isHour) => isHour ? new CacheUse(0, 0, tokens) : new CacheUse(0, tokens, 0);

    private static bool IsFound(StoredBatch batch, string customId)
    {
        string round = batch.Ordinal.ToString(CultureInfo.InvariantCulture);
        double share = LeastFound + ((MostFound - LeastFound) * Draw.Number(batch.Plan.Seed, "cache", round));
        return Draw.Number(batch.Plan.Seed, "found", customId, round) < share;
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
