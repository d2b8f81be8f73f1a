using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The signature of a thinking block. It says which model has thought, what the conversation was before and which thinking came before, and holds for the
/// words of this block alone.
/// </summary>
internal static class ThinkingSeal
{
    private const int Model = 8;

    private const int Prefix = 16;

    private const int Previous = 8;

    private const int Length = Model + Prefix + Previous + 16;

    public static bool IsThinking(JsonElement block) => Conversation.TypeOf(block) is "thinking" or "redacted_thinking";

    /// <summary>Gives the signature: the field <c>signature</c> of a thinking block, or <c>data</c> of one that is redacted.</summary>
    public static string? Of(JsonElement block)
        => Conversation.Text(block, Conversation.TypeOf(block) == "thinking" ? "signature" : "data");

    /// <summary>Signs words that are thought.</summary>
    /// <param name="modelId">The model's full id.</param>
    /// <param name="before">The digest of the conversation before.</param>
    /// <param name="previous">The signature of the thinking block before it in the conversation; null for none.</param>
    /// <param name="words">The words; null for those that are redacted.</param>
    public static string Sign(string modelId, ReadOnlySpan<byte> before, string? previous, string? words)
    {
        byte[] signature = new byte[Length];
        Seal.Of(modelId).AsSpan(0, Model).CopyTo(signature);
        before[..Prefix].CopyTo(signature.AsSpan(Model));
        if (previous is not null)
        {
            Seal.Of(previous).AsSpan(0, Previous).CopyTo(signature.AsSpan(Model + Prefix));
        }

        Mac(signature, words).CopyTo(signature.AsSpan(Length - 16));
        return Convert.ToBase64String(signature);
    }

    /// <summary>Judges a block by its signature, where the conversation before and the thinking before are these.</summary>
    public static SealState Judge(JsonElement block, string modelId, ReadOnlySpan<byte> before, string? previous)
    {
        string? words = Conversation.TypeOf(block) == "thinking" ? Conversation.Text(block, "thinking") : null;
        byte[] signature = new byte[Length];
        if (Of(block) is not { } given || !Convert.TryFromBase64String(given, signature, out int length) || length != Length
            || !Mac(signature, words).SequenceEqual(signature.AsSpan(Length - 16)))
        {
            return SealState.Broken;
        }

        // Thinking may be left out from the front, but not between what stays.
        return !signature.AsSpan(0, Model).SequenceEqual(Seal.Of(modelId).AsSpan(0, Model)) ? SealState.OtherModel
            : !signature.AsSpan(Model, Prefix).SequenceEqual(before[..Prefix])
                || (previous is not null
                    && !signature.AsSpan(Model + Prefix, Previous).SequenceEqual(Seal.Of(previous).AsSpan(0, Previous)))
            ? SealState.OtherConversation
            : SealState.Whole;
    }

    private static Span<byte> Mac(byte[] signature, string? words)
        => Seal.Of(Convert.ToBase64String(signature, 0, Length - 16), words is null ? "redacted" : "thinking", words ?? string.Empty)
            .AsSpan(0, 16);
}

/// <summary>What a signature says of its block.</summary>
internal enum SealState
{
    Whole,

    /// <summary>Another model has thought it, and this one cannot read it.</summary>
    OtherModel,

    /// <summary>What stands before it in the conversation is not what stood there.</summary>
    OtherConversation,

    /// <summary>The signature, or what was signed, is not what it was.</summary>
    Broken,
}
