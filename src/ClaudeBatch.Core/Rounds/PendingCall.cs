using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Rounds;

/// <summary>A call of a tool that an answer makes and nobody has answered.</summary>
/// <param name="Batch">The batch of the answer.</param>
/// <param name="Row">The request's row in the job's input, from 0.</param>
/// <param name="CustomId">The request's custom id.</param>
/// <param name="Position">The place of the call among those of its answer, from 0.</param>
/// <param name="Id">The service's id of the call, <c>toolu_…</c>.</param>
/// <param name="Name">The name of the tool.</param>
/// <param name="Input">What the call passes to the tool, as JSON.</param>
/// <param name="Schema">The tool's <c>input_schema</c> as it was sent.</param>
public sealed record PendingCall(
    BatchRecord Batch,
    long Row,
    string CustomId,
    int Position,
    string Id,
    string Name,
    ReadOnlyMemory<byte> Input,
    ReadOnlyMemory<byte> Schema);
