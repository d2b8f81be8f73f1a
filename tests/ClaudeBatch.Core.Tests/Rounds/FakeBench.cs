using System.Text;
using ClaudeBatch.Core.Rounds;

namespace ClaudeBatch.Core.Tests.Rounds;

/// <summary>Tools that a test runs in place of commands.</summary>
internal sealed class FakeBench(params string[] names) : IToolBench
{
    public HashSet<string> Repeatable { get; } = [];

    /// <summary>The calls that were run, in their order: name and input.</summary>
    public List<string> Ran { get; } = [];

    /// <summary>What a call gives.</summary>
    public Func<PendingCall, ToolOutcome> Gives { get; set; } = static c => new ToolOutcome($"{c.Name} ran", IsError: false, TimeSpan.Zero);

    public Func<PendingCall, bool> Permits { get; set; } = static _ => true;

    public Func<string, string> PlaceOf { get; set; } = static name => $"Shop\\{name}";

    public IReadOnlyCollection<(string Name, string Command)> Tools => [.. names.Select(n => (n, PlaceOf(n)))];

    public bool Has(string name) => names.Contains(name);

    public bool MayRepeat(string name) => Repeatable.Contains(name);

    public Task<bool> PermitAsync(PendingCall pending) => Task.FromResult(Permits(pending));

    public Task TellAsync() => Task.CompletedTask;

    public Task RunAsync(IReadOnlyList<PendingCall> calls, Action<int, ToolOutcome> ended, CancellationToken cancellationToken)
    {
        for (int i = 0; i < calls.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Ran.Add($"{calls[i].CustomId} {calls[i].Name} {Encoding.UTF8.GetString(calls[i].Input.Span)}");
            ended(i, Gives(calls[i]));
        }

        return Task.CompletedTask;
    }
}
