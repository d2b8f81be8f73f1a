using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// Keeps what was found in a value while the next requests have the same bytes there: what all requests share is read once, and not a
/// million times.
/// </summary>
/// <param name="find">Finds it. What it returns does not refer to the JSON.</param>
internal sealed class JsonMemo<T>(Func<JsonElement, T> find)
    where T : class
{
    private byte[] _json = [];

    private T? _found;

    /// <summary>Gives what is found in a JSON value, in UTF-8.</summary>
    public T Of(ReadOnlySpan<byte> json)
    {
        if (_found is null || !json.SequenceEqual(_json))
        {
            _json = json.ToArray();
            using JsonDocument document = JsonDocument.Parse(_json);
            _found = find(document.RootElement);
        }

        return _found;
    }
}
