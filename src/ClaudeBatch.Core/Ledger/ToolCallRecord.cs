using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>What the ledger has of one call of a tool.</summary>
/// <param name="Row">The request's row in the job's input, from 0.</param>
/// <param name="Position">The place of the call among those of its answer, from 0.</param>
/// <param name="CallId">The service's id of the call, <c>toolu_…</c>.</param>
/// <param name="Name">The name of the tool.</param>
/// <param name="State">How far it has come.</param>
/// <param name="IsRepeatable">Whether it may run again where its outcome is not known: it only reads, or a person has said so.</param>
/// <param name="Starts">How often it was begun.</param>
public sealed record ToolCallRecord(
    long Row, int Position, string CallId, string Name, ToolCallState State, bool IsRepeatable, int Starts)
{
    internal const string Columns = "c.attempt_id & 0xffffffff AS row, c.position, c.call_id, c.name, c.state, c.is_repeatable, c.starts, "
        + "c.is_error, c.duration_in_ms, c.output_offset, c.output_length, c.output_digest";

    /// <summary>The most times that a call is begun by itself: one that has ended its process twice would do so again.</summary>
    internal const int MostStarts = 2;

    /// <summary>Whether it is told to the model as an error.</summary>
    public bool IsError { get; init; }

    /// <summary>How long it took; null where that is not known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The offset in bytes, in the file of its part, of what is told to the model; null where there is nothing yet.</summary>
    public long? OutputOffset { get; init; }

    /// <summary>The length in bytes of what is told to the model.</summary>
    public int OutputLength { get; init; }

    /// <summary>The digest of these bytes.</summary>
    public long OutputDigest { get; init; }

    /// <summary>Whether only a person can say what became of it. That is asked where nobody runs it at the moment.</summary>
    internal bool IsUnknown => State == ToolCallState.Stopped || (State == ToolCallState.Begun && (!IsRepeatable || Starts >= MostStarts));

    internal static ToolCallRecord From(LedgerRow row) => new(
        row.Number("row"),
        row.Count("position"),
        row.Text("call_id"),
        row.Text("name"),
        row.Member<ToolCallState>("state"),
        row.Count("is_repeatable") != 0,
        row.Count("starts"))
    {
        IsError = row.Count("is_error") != 0,
        Duration = row.NumberOrNull("duration_in_ms") is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        OutputOffset = row.NumberOrNull("output_offset"),
        OutputLength = (int)(row.NumberOrNull("output_length") ?? 0),
        OutputDigest = row.NumberOrNull("output_digest") ?? 0,
    };
}
