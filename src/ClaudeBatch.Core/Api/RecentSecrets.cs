using System.Collections.Concurrent;

namespace ClaudeBatch.Core.Api;

/// <summary>Takes the secrets of a credential out of texts, where they change while it is used: the last ones that it had.</summary>
/// <remarks>A text may repeat a secret that was replaced meanwhile. Any thread may add and remove.</remarks>
public sealed class RecentSecrets
{
    private const int Most = 32;

    private readonly ConcurrentQueue<(string Secret, SecretForms Forms)> _recent = new();

    public void Add(string secret)
    {
        foreach ((string known, _) in _recent)
        {
            if (known == secret)
            {
                return;
            }
        }

        _recent.Enqueue((secret, new SecretForms(secret)));
        while (_recent.Count > Most)
        {
            _recent.TryDequeue(out _);
        }
    }

    /// <summary>Gives the text without the secrets; the very same text where none is in it.</summary>
    public string RemoveFrom(string text)
    {
        foreach ((_, SecretForms forms) in _recent)
        {
            text = forms.Remove(text);
        }

        return text;
    }
}
