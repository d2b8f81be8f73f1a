namespace ClaudeBatch.Emulator;

/// <summary>What the emulated model says before it is cut at <c>max_tokens</c>.</summary>
/// <param name="Blocks">The blocks of the content.</param>
/// <param name="StopReason">Why it stops, where it is not cut.</param>
/// <param name="IsGiven">Whether somebody has given the content block by block, so that the emulator adds none of its own.</param>
internal sealed record Said(IReadOnlyList<SaidBlock> Blocks, string StopReason, bool IsGiven = false);

/// <summary>One block of what is said.</summary>
/// <param name="Words">The text; or what is passed to the tool, as a JSON object; or the whole block.</param>
/// <param name="Kind">Which of these it is.</param>
/// <param name="Tool">The name of the tool.</param>
internal readonly record struct SaidBlock(string Words, SaidKind Kind = SaidKind.Text, string? Tool = null);

/// <summary>What the words of a block are.</summary>
internal enum SaidKind
{
    Text,

    /// <summary>A text that tells what a search has found.</summary>
    CitedText,

    /// <summary>What is passed to a tool of the user.</summary>
    Call,

    /// <summary>A search that the service does not get to in this answer.</summary>
    Search,

    /// <summary>The result of a search, by the id of its call.</summary>
    Found,

    /// <summary>A whole block as the API has it, which may lack its id or its signature.</summary>
    Raw,
}
