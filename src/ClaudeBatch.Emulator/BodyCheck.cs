using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Checks what the service checks while a create call waits: the ids and the shape of the requests. Their params are checked when the batch
/// runs.
/// </summary>
internal static class BodyCheck
{
    private const int MostRequests = 100_000;

    /// <summary>Checks a body and counts its requests.</summary>
    /// <exception cref="ServiceError">The service would refuse the body; the message is the service's own.</exception>
    public static int Count(string path)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (ReadOnlyMemory<byte> item in BodyScanner.Items(path))
        {
            string id = IdOf(item, ids.Count);
            if (!ids.Add(id))
            {
                throw ServiceError.Invalid($"requests: custom_id's must be unique within a batch. Duplicate custom_id found: {id}");
            }

            if (ids.Count > MostRequests)
            {
                throw ServiceError.Invalid($"requests: List should have at most {MostRequests} items after validation, not {ids.Count}");
            }
        }

        return ids.Count > 0
            ? ids.Count
            : throw ServiceError.Invalid("requests: List should have at least 1 item after validation, not 0");
    }

    private static string IdOf(ReadOnlyMemory<byte> item, int index)
    {
        TextCheck.ThrowIfHalf(item.Span);
        using JsonDocument document = JsonDocument.Parse(item);
        JsonElement request = document.RootElement;
        if (request.ValueKind != JsonValueKind.Object)
        {
            throw ServiceError.Invalid($"requests.{index}: Input should be a valid dictionary or object to extract fields from");
        }

        if (!request.TryGetProperty("custom_id", out JsonElement id))
        {
            throw ServiceError.Invalid($"requests.{index}.custom_id: Field required");
        }

        if (id.ValueKind != JsonValueKind.String)
        {
            throw ServiceError.Invalid($"requests.{index}.custom_id: Input should be a valid string");
        }

        foreach (JsonProperty property in request.EnumerateObject())
        {
            if (!EmulatedFields.Item.Contains(property.Name))
            {
                throw ServiceError.Invalid($"requests.{index}.{property.Name}: Extra inputs are not permitted");
            }
        }

        if (!request.TryGetProperty("params", out _))
        {
            throw ServiceError.Invalid($"requests.{index}.params: Field required");
        }

        string text = id.GetString()!;
        if (text.Length > 64)
        {
            throw ServiceError.Invalid($"requests.{index}.custom_id: String should have at most 64 characters");
        }

        return text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? text
            : throw ServiceError.Invalid($"requests.{index}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'");
    }
}
