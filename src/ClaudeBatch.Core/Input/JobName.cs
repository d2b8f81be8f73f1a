namespace ClaudeBatch.Core.Input;

/// <summary>
/// The rules for a job's name: 1 to 100 characters of <c>[A-Za-z0-9._-]</c>, and not the beginning of a batch's id. Upper and lower case are
/// not told apart.
/// </summary>
public static class JobName
{
    public const int Longest = 100;

    /// <summary>What the id of a batch begins with: a text that does is never taken for a job's name.</summary>
    public const string BatchPrefix = "msgbatch_";

    /// <summary>Whether a text that stands for a job or a batch is a batch's: its id, or its key, <c>job/part</c>.</summary>
    public static bool IsOfBatch(string text) => text.StartsWith(BatchPrefix, StringComparison.OrdinalIgnoreCase) || text.Contains('/');

    /// <summary>Checks a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isKnown">Tells whether the ledger has a job of this name; one of an earlier version may begin like a batch's id.</param>
    /// <exception cref="ClaudeBatchException"><c>JobNameInvalid</c>.</exception>
    public static void Check(string name, Func<string, bool> isKnown)
    {
        bool valid = name.Length is > 0 and <= Longest;
        foreach (char c in name)
        {
            valid &= char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
        }

        if (!valid)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "JobNameInvalid",
                $"'{name}' is no job name. Use 1 to {Longest} letters, digits, dots, hyphens and underscores.")
            { Target = name };
        }

        if (IsOfBatch(name) && !isKnown(name))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "JobNameInvalid",
                $"'{name}' begins as the ids of batches do, so a job cannot be named so. Choose another name.")
            { Target = name };
        }
    }

    /// <summary>Makes a name from the UTC date and time, for a job that was given none.</summary>
    public static string FromTime(DateTimeOffset now)
        => now.UtcDateTime.ToString("'job-'yyyyMMdd-HHmmss-fff", System.Globalization.CultureInfo.InvariantCulture);
}
