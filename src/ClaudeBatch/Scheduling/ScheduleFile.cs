using System.Text;

namespace ClaudeBatch.Scheduling;

/// <summary>Files in which a manager is told of a schedule.</summary>
internal static class ScheduleFile
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The user's home folder.</summary>
    public static string Home
        => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    /// <summary>Writes a file whole or not at all.</summary>
    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = path + ".partial";
        File.WriteAllText(unfinished, text, s_utf8);
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Gives the text of a file that has our mark; null for another one, or none.</summary>
    public static string? ReadOurs(string path, string name)
    {
        string? text = File.Exists(path) ? File.ReadAllText(path) : null;
        return text?.Contains(ScheduledStep.MarkOf(name), StringComparison.Ordinal) == true ? text : null;
    }

    /// <summary>Gives the names of the files of a folder that end with this extension.</summary>
    public static IEnumerable<string> NamesIn(string folder, string extension) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, $"*{extension}").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order()
        : [];
}
