using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Sessions;

/// <summary>Sends the parts of a job to the service in their order, and writes each one, whether or not it was sent.</summary>
/// <remarks>
/// When the service is overloaded or limits the rate, the delivery waits up to a minute in all. The parts that are still unsent then
/// are sent by Wait-ClaudeBatch or Resume-ClaudeBatch.
/// </remarks>
/// <param name="session">The open session.</param>
/// <param name="mayGo">Asks whether a part is to be sent.</param>
/// <param name="writeNote">Writes what a person should know.</param>
/// <param name="writeBatch">Writes a part to the pipeline.</param>
/// <param name="tellHost">Tells the person at the shell, also while the pipeline ends.</param>
internal sealed class Delivery(
    BatchSession session,
    Func<BatchRecord, bool> mayGo,
    Action<RoundNote> writeNote,
    Action<BatchRecord> writeBatch,
    Action<string> tellHost)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly DateTimeOffset _until = session.Clock.GetUtcNow() + s_patience;

    private RoundNote? _held;

    private int _heldParts;

    /// <summary>The message for a person who has pressed Ctrl+C while parts are sent; null where none is being sent.</summary>
    public string? StopAdvice { get; private set; }

    public async Task RunAsync(IReadOnlyCollection<BatchRecord> batches, CancellationToken cancellationToken)
    {
        int left = batches.Count;
        foreach (BatchRecord batch in batches)
        {
            StopAdvice = $"Nothing was canceled: what of job '{batch.Job}' is with the service goes on without this shell. What is not yet "
                + $"sent goes out with: Resume-ClaudeBatch -Job {batch.Job}";
            BatchRecord now = batch;
            if (batch.State.IsUnsent() || batch.State == BatchState.Unconfirmed)
            {
                now = _held is null && mayGo(batch) ? await SendAsync(batch, cancellationToken) : batch;
                _heldParts += _held is not null && now.State.IsUnsent() ? 1 : 0;
            }

            StopAdvice = --left == 0 ? null : StopAdvice;
            try
            {
                writeBatch(now);
            }
            catch (Exception e) when (e is PipelineStoppedException or FlowControlException && StopAdvice is not null)
            {
                // A command further down the pipeline has enough, such as Select-Object -First, or Ctrl+C came while it worked.
                tellHost(StopAdvice);
                throw;
            }
        }

        if (_held is { } held)
        {
            string count = Sentence.Count(_heldParts, "part is", "parts are");
            string message = $"{Sentence.Of(held.Message)} {count} waiting; Wait-ClaudeBatch and Resume-ClaudeBatch send what waits.";
            writeNote(held with { Message = message });
        }
    }

    private async Task<BatchRecord> SendAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            RoundReport report = await session.Round.DeliverAsync([batch.Id], sent: null, cancellationToken);
            BatchRecord now = report.Batches[0];
            RoundNote? hold = now.State.IsUnsent() ? report.Notes.LastOrDefault(static n => n.Failure is not null) : null;
            foreach (RoundNote note in report.Notes.Where(n => n != hold))
            {
                writeNote(note);
            }

            if (hold is null)
            {
                return now;
            }

            bool onlyWaits = hold.Failure is { IsTransient: true, Kind: FailureKind.RateLimited or FailureKind.Overloaded };
            TimeSpan wait = hold.Failure!.RetryAfter is { Ticks: > 0 } asked ? asked : s_pause;
            if (!onlyWaits || session.Clock.GetUtcNow() + wait > _until)
            {
                // The rate limit passes by itself, so it stays a warning. Any other failure needs the user and is an error.
                _held = onlyWaits ? hold : hold with { Weight = NoteWeight.Error };
                return now;
            }

            await Task.Delay(wait, session.Clock, cancellationToken);
        }
    }
}
