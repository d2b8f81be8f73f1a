using System.Collections.Concurrent;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Identity;

/// <summary>The secrets that a credential has had to do with: whatever anybody says may repeat one of them.</summary>
internal sealed class SecretKeeper
{
    private readonly RecentSecrets _secrets = new();

    private readonly ConcurrentQueue<string> _warnings = [];

    private readonly ConcurrentDictionary<string, bool> _told = [];

    public void Add(string? secret)
    {
        if (!string.IsNullOrEmpty(secret))
        {
            _secrets.Add(secret);
        }
    }

    /// <summary>Gives the text without the secrets; the very same text where none is in it.</summary>
    public string Remove(string text) => _secrets.RemoveFrom(text);

    /// <summary>Keeps something that somebody is to be warned of, if it was not kept before; nothing where it is null.</summary>
    public void WarnOnce(string? warning)
    {
        if (warning is not null && _told.TryAdd(warning, true))
        {
            _warnings.Enqueue(warning);
        }
    }

    /// <summary>Takes out the next warning; null where there is none.</summary>
    public string? NextWarning() => _warnings.TryDequeue(out string? warning) ? warning : null;
}
