using System.Globalization;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Simulation;

/// <summary>A job of a history, as the people know it who run it.</summary>
internal sealed class JobPlan(string name, int rows, int maxAttempts)
{
    public string Name { get; } = name;

    public int MaxAttempts { get; } = maxAttempts;

    /// <summary>Small parts, so that a few rows make several.</summary>
    public SpoolLimits Limits { get; } = new(MaxRequests: 2);

    public IReadOnlyList<PreparedRequest> Requests { get; } = Prepare(name, rows);

    /// <summary>What the emulator answers to a request: its own words.</summary>
    public static string AnswerOf(string customId) => $"the answer of {customId}.";

    private static IReadOnlyList<PreparedRequest> Prepare(string name, int rows)
    {
        using RequestTemplate template = new("claude-haiku-4-5", 100, []);
        return [.. Enumerable.Range(1, rows)
            .Select(row => string.Create(CultureInfo.InvariantCulture, $"{name}-{row}"))
            .Select(id => template.Render(id, AnswerOf(id)))];
    }
}
