namespace ClaudeBatch.Emulator;

/// <summary>The models the emulated service knows (the public list of 2026-11).</summary>
internal static class EmulatedModels
{
    private const long Million = 1_000_000;

    /// <summary>Oldest last, as the Models API lists them.</summary>
    public static IReadOnlyList<EmulatedModel> All { get; } =
    [
        new("claude-fable-5-2", null, "Claude Fable 5.2", "active", Million, 128_000),
        new("claude-mythos-5-2", null, "Claude Mythos 5.2", "active", Million, 128_000),
        new("claude-fable-5-1", null, "Claude Fable 5.1", "active", Million, 128_000),
        new("claude-fable-5", null, "Claude Fable 5", "active", Million, 128_000),
        new("claude-opus-5-5", null, "Claude Opus 5.5", "active", Million, 128_000),
        new("claude-opus-5", null, "Claude Opus 5", "active", Million, 128_000),
        new("claude-opus-4-8", null, "Claude Opus 4.8", "active", Million, 128_000),
        new("claude-opus-4-7", null, "Claude Opus 4.7", "active", Million, 128_000),
        new("claude-opus-4-6", null, "Claude Opus 4.6", "active", Million, 128_000),
        new("claude-opus-4-5-20251101", "claude-opus-4-5", "Claude Opus 4.5", "active", 200_000, 64_000),
        new("claude-sonnet-5-5", null, "Claude Sonnet 5.5", "active", Million, 128_000),
        new("claude-sonnet-5", null, "Claude Sonnet 5", "active", Million, 128_000),
        new("claude-sonnet-4-6", null, "Claude Sonnet 4.6", "active", Million, 128_000),
        new("claude-sonnet-4-5-20250929", "claude-sonnet-4-5", "Claude Sonnet 4.5", "deprecated", 200_000, 64_000),
        new("claude-haiku-5-5", null, "Claude Haiku 5.5", "active", Million, 128_000),
        new("claude-haiku-4-5-20251001", "claude-haiku-4-5", "Claude Haiku 4.5", "active", 200_000, 64_000),
    ];

    public static EmulatedModel? Find(string name)
        => All.FirstOrDefault(m => m.Id == name || m.Alias == name);
}

/// <summary>A model of the emulated service.</summary>
internal sealed record EmulatedModel(string Id, string? Alias, string DisplayName, string Lifecycle, long MaxInputTokens, int MaxTokens)
{
    /// <summary>From 4.6 on, a conversation must end with the user's turn.</summary>
    public bool TakesPrefill => Alias is not null;
}
