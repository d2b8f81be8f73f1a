using System.Globalization;

namespace ClaudeBatch.Core;

/// <summary>What a message is made of.</summary>
public static class Sentence
{
    /// <summary>Ends words as a sentence, so that another sentence can follow. Words that end as one stay as they are.</summary>
    public static string Of(string words)
        => words.TrimEnd() is var text && text is [.., '.' or '!' or '?' or '…'] ? text : $"{text}.";

    /// <summary>Gives a count with what is counted, such as <c>1 part</c> and <c>2 parts</c>. Digits are the same in every culture.</summary>
    /// <param name="count">The count.</param>
    /// <param name="one">What is counted, where it is one.</param>
    /// <param name="many">The same of several; null where only an <c>s</c> is added.</param>
    public static string Count(long count, string one, string? many = null)
        => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? one + "s")}");
}
