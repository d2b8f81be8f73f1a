using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <content>What is wrong with a request, and what is written of it.</content>
public sealed partial class JobInput
{
    /// <summary>
    /// Gives the first fault for which the service would refuse the request; faults that are only worth a warning are added to the
    /// findings.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    private RequestFault? FaultOfFields(
        string customId, ReadOnlySpan<byte> item, ReadOnlySpan<byte> outputSchema, RequestFacts? facts, out int schema)
    {
        schema = 0;
        if (facts is null)
        {
            return null;
        }

        _prefix = facts.CachedPrefix;
        _bindsThinking |= facts.BindsThinking;
        schema = facts.OutputSchema is { } where ? _schemas.NumberOf(outputSchema.IsEmpty ? item[where] : outputSchema) : 0;
        if (!facts.Faults.Any(static f => f.IsError))
        {
            _options.Estimate?.Add(facts);
        }

        RequestFault? refusal = null;
        foreach (RequestFault fault in facts.Faults)
        {
            if (fault.IsError)
            {
                refusal ??= fault;
            }
            else
            {
                _findings.Add(fault, _row, customId);
            }
        }

        return refusal;
    }

    [MethodImpl(Hot.AtOnce)]
    private long DraftRow(string customId, ContentDigest digest, ReadOnlySpan<byte> source, string? variant, string? refusal)
    {
        long row = _nextRow++;
        _refusedRows += refusal is null ? 0 : 1;
        _draft.Add(_rows.Add(row, customId, digest, source, refusal, variant));
        return row;
    }

    private PartSpooler Spooler(ReadOnlySpan<byte> item)
        => _options.Staging is { } staging && staging.TakesFirst(item, _prefix) ? staging.First : _parts;
}
