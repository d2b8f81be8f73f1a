using System.Globalization;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>What is looked at of every request before it is taken: its id, its size and its fields.</summary>
/// <param name="limits">Of a batch.</param>
/// <param name="checker">For the fields; null leaves them to the service.</param>
public sealed class InputRules(SpoolLimits limits, RequestChecker? checker)
{
    /// <summary>The fault of a request whose id stood before it.</summary>
    public static RequestFault Duplicate { get; } = new(
        "CustomIdDuplicated", "Its custom id stands before it in the input; the first one is sent, this one is left out.", IsError: true);

    /// <summary>What keeps a request from being sent whatever it asks; null when nothing does.</summary>
    public RequestFault? OfEnvelope(string customId, int length)
    {
        if (CustomId.Fault(customId) is { } fault)
        {
            return new RequestFault("CustomIdInvalid", $"Its custom id {fault}", IsError: true);
        }

        return length + SpoolWriter.EnvelopeLength > limits.MaxBytes
            ? new RequestFault(
                "RequestTooLarge",
                string.Create(CultureInfo.InvariantCulture, $"It alone has more than the {limits.MaxBytes:N0} bytes that a batch may hold."),
                IsError: true)
            : null;
    }

    /// <summary>What its fields say; the same object is filled anew by the next call.</summary>
    public RequestFacts? OfFields(ReadOnlySpan<byte> item) => checker?.Check(item);
}
