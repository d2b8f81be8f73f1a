using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// Checks the thinking that a request returns. The words on signatures are the service's; those on what is asked for a mismatch are this project's own.
/// </summary>
internal static class ThinkingCheck
{
    private const string Beta = "thinking-binding-controls-2026-08-01";

    /// <summary>Tells whether the answers to a call report what was dropped of its requests.</summary>
    public static bool IsReported(string? betas) => betas?.Split(',').Any(static b => b.Trim() == Beta) == true;

    /// <returns>The error, or null when the service would take the thinking.</returns>
    public static ServiceError? Fault(JsonElement parameters, EmulatedModel model, bool inBatch, string? betas)
    {
        string? behavior = null;
        if (parameters.TryGetProperty("thinking", out JsonElement thinking) && thinking.ValueKind == JsonValueKind.Object
            && thinking.TryGetProperty("block_binding", out JsonElement binding) && binding.ValueKind != JsonValueKind.Null)
        {
            if (!IsReported(betas))
            {
                return ServiceError.Invalid("thinking.block_binding: Extra inputs are not permitted");
            }

            behavior = Conversation.Text(binding, "prefix_mismatch_behavior");
            if (behavior is not ("error" or "drop_block"))
            {
                return ServiceError.Invalid("thinking.block_binding.prefix_mismatch_behavior: Input should be 'drop_block' or 'error'");
            }
        }

        bool drops = behavior is null ? inBatch : behavior == "drop_block";
        foreach ((string path, JsonElement block, SealState state) in Judged(parameters, model))
        {
            string type = Conversation.TypeOf(block)!;
            string field = type == "thinking" ? "signature" : "data";
            if (state == SealState.Broken)
            {
                return ServiceError.Invalid($"{path}: Invalid `{field}` in `{type}` block");
            }

            if (state == SealState.OtherConversation && !drops)
            {
                return ServiceError.Invalid($"{path}: Invalid `{field}` in `{type}` block. The block is bound to a different conversation. "
                    + "Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to \"drop_block\".");
            }
        }

        return null;
    }

    /// <summary>Gives the thinking that the model does not get to see, by its path, and why.</summary>
    public static IEnumerable<(string Path, string Reason)> Dropped(JsonElement parameters, EmulatedModel model)
        => Judged(parameters, model).Where(static j => j.State != SealState.Whole).Select(static j => (
            j.Path, j.State == SealState.OtherModel ? "model_binding_mismatch" : "prefix_binding_mismatch"));

    /// <summary>Gives the digest of a whole request, and the signature of its last thinking.</summary>
    public static (ConversationDigest Digest, string? Previous) End(JsonElement parameters)
    {
        ConversationDigest digest = ConversationDigest.Before(parameters);
        string? previous = null;
        foreach ((string _, JsonElement block) in Walk(parameters, digest))
        {
            previous = ThinkingSeal.Of(block);
        }

        return (digest, previous);
    }

    private static IEnumerable<(string Path, JsonElement Block, SealState State)> Judged(JsonElement parameters, EmulatedModel model)
    {
        if (!parameters.GetProperty("messages").EnumerateArray().SelectMany(Conversation.Blocks).Any(ThinkingSeal.IsThinking))
        {
            yield break;
        }

        ConversationDigest digest = ConversationDigest.Before(parameters);
        string? previous = null;
        foreach ((string path, JsonElement block) in Walk(parameters, digest))
        {
            SealState state = ThinkingSeal.Judge(block, model.Id, digest.Value, previous);
            previous = ThinkingSeal.Of(block);
            yield return (path, block, state == SealState.OtherConversation && !model.BindsThinking ? SealState.Whole : state);
        }
    }

    // Gives each thinking block when the digest holds what is before it.
    private static IEnumerable<(string Path, JsonElement Block)> Walk(JsonElement parameters, ConversationDigest digest)
    {
        int number = 0;
        foreach (JsonElement message in parameters.GetProperty("messages").EnumerateArray())
        {
            string role = Conversation.Text(message, "role")!;
            if (Conversation.Text(message, "content") is { } text)
            {
                digest.Add(role, text);
            }

            int index = 0;
            foreach (JsonElement block in Conversation.Blocks(message))
            {
                if (ThinkingSeal.IsThinking(block))
                {
                    yield return ($"messages.{number}.content.{index}", block);
                }

                digest.Add(role, block);
                index++;
            }

            number++;
        }
    }
}
