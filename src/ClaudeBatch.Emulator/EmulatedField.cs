using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>A field of the params that the emulated service accepts.</summary>
/// <param name="Name">The name of the field in the JSON.</param>
internal sealed record EmulatedField(string Name)
{
    /// <summary>Whether the token counter accepts the field, too.</summary>
    public bool IsCounted { get; init; }

    /// <summary>
    /// The beta that the service requires for the field; null where it requires none or the reference names none. The emulator accepts the
    /// field without it.
    /// </summary>
    public string? Beta { get; init; }

    /// <summary>The API version that no longer accepts the field; null where all versions do.</summary>
    public string? GoneFrom { get; init; }

    /// <summary>Tells whether the service refuses a value of the field in a batch; null where it refuses none.</summary>
    public Func<JsonElement, bool>? IsRefusedInBatch { get; init; }

    /// <summary>The error message for a value that is refused in a batch.</summary>
    public string BatchRefusal { get; init; } = $"\"{Name}\" is not supported in the Message Batches API";
}
