using System.Globalization;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Simulation;

/// <summary>A job of a history, as the people know it who run it.</summary>
/// <param name="name">The name of the job.</param>
/// <param name="rows">The number of its rows.</param>
/// <param name="maxAttempts">How often a request is tried by itself.</param>
/// <param name="maxTokens">The most tokens of an answer; the emulator cuts longer ones.</param>
internal sealed class JobPlan(string name, int rows, int maxAttempts, int maxTokens = 100)
{
    public string Name { get; } = name;

    public int MaxAttempts { get; } = maxAttempts;

    /// <summary>Small parts, so that a few rows make several.</summary>
    public SpoolLimits Limits { get; } = new(MaxRequests: 2);

    public IReadOnlyList<PreparedRequest> Requests { get; } = Prepare(name, rows, maxTokens);

    /// <summary>How what the emulator answers to a request begins, also where it is cut: the request's own words.</summary>
    public static string AnswerOf(string customId) => $"{customId}: the answer";

    private static IReadOnlyList<PreparedRequest> Prepare(string name, int rows, int maxTokens)
    {
        using RequestTemplate template = new("claude-haiku-4-5", maxTokens, []);
        return [.. Enumerable.Range(1, rows)
            .Select(row => string.Create(CultureInfo.InvariantCulture, $"{name}-{row}"))
            .Select(id => template.Render(id, AnswerOf(id) + string.Concat(Enumerable.Repeat(" and so on", 5))))];
    }
}
