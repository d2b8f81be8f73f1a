using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>A request that somebody is asked to answer in the model's place.</summary>
/// <param name="CustomId">The custom id of the request.</param>
/// <param name="Params">The params of the request.</param>
/// <param name="Prompt">The last text of the user.</param>
/// <param name="Round">The round of the conversation: 1, and one more for each time that tools were called since that text.</param>
/// <param name="ToolResults">The results of tools with which the conversation ends.</param>
public sealed record AskedRequest(
    string CustomId, JsonElement Params, string Prompt, int Round, IReadOnlyList<GivenToolResult> ToolResults)
{
    internal static AskedRequest Of(string customId, JsonElement parameters) => new(
        customId,
        parameters,
        Conversation.LastUserText(parameters),
        Conversation.Standing(parameters).Rounds + 1,
        Conversation.LastResults(parameters));
}
