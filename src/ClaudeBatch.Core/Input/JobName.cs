namespace ClaudeBatch.Core.Input;

/// <summary>The rules for a job's name: 1 to 100 characters of <c>[A-Za-z0-9._-]</c>. Upper and lower case are not told apart.</summary>
public static class JobName
{
    public const int Longest = 100;

    /// <summary>Checks a name.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobNameInvalid</c>.</exception>
    public static void Check(string name)
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
    }

    /// <summary>Makes a name from the UTC date and time, for a job that was given none.</summary>
    public static string FromTime(DateTimeOffset now)
        => now.UtcDateTime.ToString("'job-'yyyyMMdd-HHmmss-fff", System.Globalization.CultureInfo.InvariantCulture);
}
