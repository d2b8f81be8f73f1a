namespace ClaudeBatch.Core;

/// <summary>Words of others in a message of ours.</summary>
public static class Sentence
{
    /// <summary>Ends words as a sentence, so that another sentence can follow. Words that end as one stay as they are.</summary>
    public static string Of(string words)
        => words.TrimEnd() is var text && text is [.., '.' or '!' or '?' or '…'] ? text : $"{text}.";
}
