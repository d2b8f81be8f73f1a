namespace ClaudeBatch.Emulator;

/// <summary>What an answer comes from, besides its request.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Answer">What tells the answer from all others.</param>
/// <param name="Tier">The service tier: <c>batch</c> or <c>standard</c>.</param>
/// <param name="Betas">The betas that the call has named; null for none.</param>
/// <param name="Cache">The tokens that were read from the cache and written to it.</param>
internal sealed record AnswerFrame(EmulatorPlan Plan, string Answer, string Tier, string? Betas, CacheUse Cache = default);
