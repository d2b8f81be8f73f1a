namespace ClaudeBatch.Emulator;

/// <summary>
/// The models that the emulated service knows (the service's public list as of 2026-11-27), and what each of them refuses.
/// </summary>
internal static class EmulatedModels
{
    private const long Million = 1_000_000;

    // In what they take, not by their age.
    private const Refused BeforeOpus45 = Refused.Region | Refused.Adaptive | Refused.Effort;

    private const Refused SinceClaude46 = Refused.Prefill;

    private const Refused SinceOpus47 = SinceClaude46 | Refused.Budget | Refused.Sampling;

    private const Refused AlwaysThinking = SinceOpus47 | Refused.NoThinking;

    /// <summary>All models, newest first, as the Models API lists them.</summary>
    public static IReadOnlyList<EmulatedModel> All { get; } =
    [
        new("claude-fable-5-2", null, "Claude Fable 5.2", "active", Million, 128_000,
            AlwaysThinking | Refused.ForcedTool | Refused.OldComputer | Refused.OtherAdvisor) { BindsThinking = true },
        new("claude-mythos-5-2", null, "Claude Mythos 5.2", "active", Million, 128_000,
            AlwaysThinking | Refused.ForcedTool | Refused.OldComputer) { BindsThinking = true },
        new("claude-haiku-5-5", null, "Claude Haiku 5.5", "active", Million, 128_000, SinceOpus47) { BindsThinking = true },
        new("claude-sonnet-5-5", null, "Claude Sonnet 5.5", "active", Million, 128_000, AlwaysThinking | Refused.ForcedTool)
            { BindsThinking = true },
        new("claude-opus-5-5", null, "Claude Opus 5.5", "active", Million, 128_000, AlwaysThinking | Refused.ForcedTool)
            { BindsThinking = true },
        new("claude-fable-5-1", null, "Claude Fable 5.1", "active", Million, 128_000, AlwaysThinking | Refused.ForcedTool)
            { BindsThinking = true },
        new("claude-mythos-5-1", null, "Claude Mythos 5.1", "active", Million, 128_000, AlwaysThinking | Refused.ForcedTool)
            { BindsThinking = true },
        new("claude-opus-5", null, "Claude Opus 5", "active", Million, 128_000, SinceOpus47 | Refused.NoThinkingAtHighEffort),
        new("claude-sonnet-5", null, "Claude Sonnet 5", "active", Million, 128_000, SinceOpus47) { LeastCached = 1_024 },
        new("claude-fable-5", null, "Claude Fable 5", "active", Million, 128_000, AlwaysThinking),
        new("claude-mythos-5", null, "Claude Mythos 5", "active", Million, 128_000, AlwaysThinking),
        new("claude-opus-4-8", null, "Claude Opus 4.8", "active", Million, 128_000, SinceOpus47) { LeastCached = 1_024 },
        new("claude-mythos-preview", null, "Claude Mythos Preview", "deprecated", Million, 128_000, Refused.Nothing)
            { LeastCached = 2_048 },
        new("claude-opus-4-7", null, "Claude Opus 4.7", "active", Million, 128_000, SinceOpus47) { LeastCached = 2_048 },
        new("claude-sonnet-4-6", null, "Claude Sonnet 4.6", "active", Million, 128_000, SinceClaude46) { LeastCached = 1_024 },
        new("claude-opus-4-6", null, "Claude Opus 4.6", "active", Million, 128_000, SinceClaude46) { LeastCached = 4_096 },
        new("claude-opus-4-5-20251101", "claude-opus-4-5", "Claude Opus 4.5", "deprecated", 200_000, 64_000,
            Refused.Region | Refused.Adaptive) { LeastCached = 4_096 },
        new("claude-haiku-4-5-20251001", "claude-haiku-4-5", "Claude Haiku 4.5", "active", 200_000, 64_000, BeforeOpus45)
            { LeastCached = 4_096 },
        new("claude-sonnet-4-5-20250929", "claude-sonnet-4-5", "Claude Sonnet 4.5", "deprecated", 200_000, 64_000, BeforeOpus45)
            { LeastCached = 1_024 },
    ];

    public static EmulatedModel? Find(string name)
        => All.FirstOrDefault(m => m.Id == name || m.Alias == name);
}

/// <summary>A model of the emulated service.</summary>
internal sealed record EmulatedModel(
    string Id, string? Alias, string DisplayName, string Lifecycle, long MaxInputTokens, int MaxTokens, Refused Refuses)
{
    /// <summary>The fewest tokens of a prompt that it caches; of the models 5.2 none are known, and those of 5.1 are taken.</summary>
    public int LeastCached { get; init; } = 512;

    /// <summary>Whether it reads thinking only after what came before it when it was thought.</summary>
    public bool BindsThinking { get; init; }
}

/// <summary>What a model refuses with an error, besides what every model refuses.</summary>
[Flags]
internal enum Refused
{
    Nothing = 0,

    /// <summary>A conversation that ends with the assistant's turn, which models refuse from Claude 4.6 on.</summary>
    Prefill = 1,

    /// <summary>The <c>thinking.type</c> <c>enabled</c>, which comes with a budget of tokens.</summary>
    Budget = 2,

    /// <summary>The <c>thinking.type</c> <c>disabled</c>.</summary>
    NoThinking = 4,

    /// <summary>The <c>thinking.type</c> <c>disabled</c> together with an effort of <c>xhigh</c> or <c>max</c>.</summary>
    NoThinkingAtHighEffort = 8,

    /// <summary>A <c>tool_choice</c> of <c>any</c> or <c>tool</c>.</summary>
    ForcedTool = 16,

    /// <summary>Sampling parameters with other values than their defaults.</summary>
    Sampling = 32,

    /// <summary>The field <c>inference_geo</c>.</summary>
    Region = 64,

    /// <summary>The tool <c>computer_20251124</c>.</summary>
    OldComputer = 128,

    /// <summary>An advisor other than Fable 5.2 and Mythos 5.2.</summary>
    OtherAdvisor = 256,

    /// <summary>The <c>thinking.type</c> <c>adaptive</c>, which models take from Claude 4.6 on.</summary>
    Adaptive = 512,

    /// <summary>The field <c>output_config.effort</c>, whatever its value is.</summary>
    Effort = 1024,
}
