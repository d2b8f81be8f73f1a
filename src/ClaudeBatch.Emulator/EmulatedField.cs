using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>A field of the params that the emulated service takes.</summary>
/// <param name="Name">As it stands in the JSON.</param>
internal sealed record EmulatedField(string Name)
{
    /// <summary>The token counter takes it too.</summary>
    public bool IsCounted { get; init; }

    /// <summary>The beta the service takes it under; null where it needs none or none is named. The emulator does not ask for it.</summary>
    public string? Beta { get; init; }

    /// <summary>The API version that no longer takes it; null where all do.</summary>
    public string? GoneFrom { get; init; }

    /// <summary>Which values of it an item of a batch must not have; null where a batch takes the field whatever it says.</summary>
    public Func<JsonElement, bool>? IsRefusedInBatch { get; init; }

    /// <summary>What such an item is answered with.</summary>
    public string BatchRefusal { get; init; } = $"\"{Name}\" is not supported in the Message Batches API";
}
