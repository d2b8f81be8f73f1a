using System.Text.Json;

namespace ClaudeBatch.Emulator.Identity;

/// <summary>The body of a call for a token.</summary>
/// <param name="Fields">The fields, by their names.</param>
/// <param name="Beta">The header <c>anthropic-beta</c>; null where the call lacks it.</param>
internal sealed record TokenRequest(IReadOnlyDictionary<string, JsonElement> Fields, string? Beta)
{
    /// <exception cref="ServiceError">The body is no JSON object.</exception>
    public static async Task<TokenRequest> ReadAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        if (request.Header("Content-Type")?.Split(';')[0].Trim() != "application/json")
        {
            throw ServiceError.Invalid("The Content-Type of a token request is application/json.");
        }

        using JsonDocument body = await request.JsonAsync(cancellationToken).ConfigureAwait(false);
        return body.RootElement.ValueKind == JsonValueKind.Object
            ? new TokenRequest(
                body.RootElement.Clone().EnumerateObject().GroupBy(static p => p.Name)
                    .ToDictionary(static g => g.Key, static g => g.Last().Value),
                request.Header("anthropic-beta"))
            : throw ServiceError.Invalid("The request body is no JSON object.");
    }

    public bool Has(string name) => Fields.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <exception cref="ServiceError">The field is missing, is empty or is no text.</exception>
    public string Text(string name)
        => !Has(name) ? throw ServiceError.Invalid($"{name}: Field required")
            : Fields[name].ValueKind != JsonValueKind.String ? throw ServiceError.Invalid($"{name}: Input should be a valid string")
            : Fields[name].GetString() is { Length: > 0 } text ? text
            : throw ServiceError.Invalid($"{name}: String should have at least 1 character");

    /// <exception cref="ServiceError">The field is missing or is no id with this prefix.</exception>
    public string Id(string name, string prefix)
        => Text(name) is { } id && WireId.IsOf(id, prefix) ? id : throw ServiceError.Invalid($"{name}: Input should begin with '{prefix}'");
}
