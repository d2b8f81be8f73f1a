using ClaudeBatch.Core;
using ClaudeBatch.Core.Rounds;

namespace ClaudeBatch.CrashProbe;

/// <summary>
/// Two tools that write the id of each call to a file when they run, as a tool does that changes something: one only reads, the other does not.
/// </summary>
/// <param name="file">The file, which gets a line for each call that has run.</param>
internal sealed class CountedTools(string file) : IToolBench
{
    public const string Reads = "Get-Order";

    public const string Changes = "Send-Refund";

    private static readonly string[] s_names = [Reads, Changes];

    public IReadOnlyCollection<(string Name, string Command)> Tools { get; } = [.. s_names.Select(static n => (n, $"Shop\\{n}"))];

    public bool Has(string name) => s_names.Contains(name);

    public bool MayRepeat(string name) => name == Reads;

    public Task<bool> PermitAsync(PendingCall pending) => Task.FromResult(true);

    public Task TellAsync() => Task.CompletedTask;

    public Task RunAsync(IReadOnlyList<PendingCall> calls, Action<int, ToolOutcome> ended, CancellationToken cancellationToken)
    {
        for (int i = 0; i < calls.Count; i++)
        {
            using (StreamWriter ran = File.AppendText(file))
            {
                ran.WriteLine($"{calls[i].Name} {calls[i].Id}");
            }

            Milestone.Pass($"ran-{calls[i].Name}");
            ended(i, new ToolOutcome($"{calls[i].Name} ran", IsError: false, TimeSpan.Zero));
        }

        return Task.CompletedTask;
    }
}
