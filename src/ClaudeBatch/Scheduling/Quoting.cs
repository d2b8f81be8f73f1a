using System.Text;

namespace ClaudeBatch.Scheduling;

/// <summary>Writes an argument so that a program that reads command lines in its own way gives it on as it is.</summary>
internal static class Quoting
{
    /// <summary>A word of <c>sh</c>. Nothing within single quotes has a meaning.</summary>
    public static string ForShell(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>A command in a line of a crontab, where a percent sign ends the command unless a backslash is before it.</summary>
    public static string ForCrontab(string command) => command.Replace("%", @"\%", StringComparison.Ordinal);

    /// <summary>Takes back what <see cref="ForCrontab"/> has done.</summary>
    public static string FromCrontab(string command) => command.Replace(@"\%", "%", StringComparison.Ordinal);

    /// <summary>An argument in the <c>ExecStart=</c> of a unit: C escapes, specifiers (%) and variables ($).</summary>
    public static string ForUnit(string argument)
    {
        StringBuilder text = new("\"");
        foreach (char c in argument)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '%' => "%%",
                '$' => "$$",
                _ => c.ToString(),
            });
        }

        return text.Append('"').ToString();
    }

    /// <summary>The program in an <c>ExecStart=</c>, where no variable is looked for.</summary>
    public static string ForUnitProgram(string path) => ForUnit(path).Replace("$$", "$", StringComparison.Ordinal);

    /// <summary>A path that is all there is behind the equals sign: it takes no quotes.</summary>
    public static string ForUnitLine(string path) => path.Replace("%", "%%", StringComparison.Ordinal);

    /// <summary>An argument as a program of Windows reads it from its command line.</summary>
    public static string ForWindows(string argument)
    {
        if (argument.Length > 0 && argument.AsSpan().IndexOfAny(" \t\"") < 0)
        {
            return argument;
        }

        // Backslashes are themselves, but before a quote, where two are one.
        StringBuilder text = new("\"");
        int slashes = 0;
        foreach (char c in argument)
        {
            if (c == '"')
            {
                text.Append('\\', slashes + 1);
            }

            slashes = c == '\\' ? slashes + 1 : 0;
            text.Append(c);
        }

        return text.Append('\\', slashes).Append('"').ToString();
    }
}
