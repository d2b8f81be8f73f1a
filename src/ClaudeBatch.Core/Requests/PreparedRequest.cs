namespace ClaudeBatch.Core.Requests;

/// <summary>A request that is ready to be sent.</summary>
/// <param name="CustomId">Its custom id.</param>
/// <param name="Utf8">The exact bytes that are sent, <c>{"custom_id":…,"params":…}</c>.</param>
/// <param name="Model">The <c>model</c> of the params; empty when there is none.</param>
/// <param name="MaxTokens">The <c>max_tokens</c> of the params; 0 when there is none.</param>
/// <param name="OutputSchema">The schema that its answer is judged by, as it was given (<see cref="Requests.OutputSchema.Given"/>); empty
/// where there is none, or none but the one that is sent.</param>
/// <param name="Attachments">What goes with its prompt; null for nothing.</param>
public readonly record struct PreparedRequest(
    string CustomId,
    ReadOnlyMemory<byte> Utf8,
    string Model,
    int MaxTokens,
    ReadOnlyMemory<byte> OutputSchema = default,
    IReadOnlyList<Attachment>? Attachments = null)
{
    /// <summary>The files that the bytes name by placeholders; null where there are none, and the bytes are sent as they are.</summary>
    public IReadOnlyList<FileToUpload>? Uploads => Attachments?.Any(static a => a.Upload is not null) == true
        ? [.. Attachments.Select(static a => a.Upload).OfType<FileToUpload>()]
        : null;
}
