using System.Globalization;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>Checks each request of an input before it is accepted: its custom id, its size and its fields.</summary>
/// <param name="limits">The limits of a batch, which hold for a single request, too.</param>
/// <param name="checker">The checker of the fields; null to leave them to the service.</param>
public sealed class InputRules(SpoolLimits limits, RequestChecker? checker)
{
    /// <summary>The fault of a request whose custom id an earlier request of the same input has.</summary>
    public static RequestFault Duplicate { get; } = new(
        "CustomIdDuplicated", "Its custom id stands before it in the input; the first one is sent, this one is left out.", IsError: true);

    private static readonly RequestFault s_placeholder = new(
        "UploadMissing",
        "It names a file by a placeholder, and its file is not at hand: it was written as text. Make it anew with New-ClaudeBatchRequest, or "
            + "export requests with Export-ClaudeBatchRequest, which puts the files into them.",
        IsError: true);

    /// <summary>Finds the fault of the custom id or of the size, whatever the fields are; null where there is none.</summary>
    public RequestFault? OfEnvelope(string customId, int length)
    {
        if (CustomId.Fault(customId) is { } fault)
        {
            return new RequestFault("CustomIdInvalid", $"Its custom id {fault}", IsError: true);
        }

        return length + SpoolWriter.EnvelopeLength > limits.MaxBytes
            ? new RequestFault(
                "RequestTooLarge",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"It alone has more than the {limits.MaxBytes:N0} bytes that a batch may hold."),
                IsError: true)
            : null;
    }

    /// <summary>Checks the fields. The object that is returned is used again by the next call; null where there is no checker.</summary>
    /// <param name="item">The request.</param>
    /// <param name="uploads">The files that it names by placeholders; null for none.</param>
    public RequestFacts? OfFields(ReadOnlySpan<byte> item, IReadOnlyList<FileToUpload>? uploads = null)
    {
        if (checker?.Check(item) is not { } facts)
        {
            return null;
        }

        if (facts.Placeholders > (uploads?.Count ?? 0))
        {
            facts.Faults.Add(s_placeholder);
        }
        else if (uploads is not null)
        {
            facts.Count(uploads);
        }

        return facts;
    }
}
