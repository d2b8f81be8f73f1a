using System.Collections.Concurrent;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Identity;

/// <summary>The secrets that a credential has had to do with: whatever anybody says may repeat one of them.</summary>
internal sealed class SecretKeeper
{
    /// <summary>Enough for the tokens, the refresh tokens and the identity tokens of the last renewals; what is older is of no use to anybody.</summary>
    private const int Most = 12;

    private readonly ConcurrentQueue<SecretForms> _secrets = [];

    private readonly ConcurrentQueue<string> _warnings = [];

    private readonly ConcurrentDictionary<string, bool> _told = [];

    private string _last = string.Empty;

    public void Add(string? secret)
    {
        if (string.IsNullOrEmpty(secret) || secret == _last)
        {
            return;
        }

        _last = secret;
        _secrets.Enqueue(new SecretForms(secret));
        while (_secrets.Count > Most)
        {
            _secrets.TryDequeue(out _);
        }
    }

    /// <summary>Gives the text without the secrets; the very same text where none is in it.</summary>
    public string Remove(string text)
    {
        foreach (SecretForms forms in _secrets)
        {
            text = forms.Remove(text);
        }

        return text;
    }

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
