namespace ClaudeBatch.Core.Tests.Identity;

/// <summary>A folder for one test, which is removed with everything in it.</summary>
internal sealed class OwnFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("claudebatch-identity-").FullName;

    public string this[params string[] parts] => Path.Combine([_root, .. parts]);

    public string Write(string text, params string[] parts) => Write(text, UnixFileMode.UserRead | UnixFileMode.UserWrite, parts);

    public string Write(string text, UnixFileMode mode, params string[] parts)
    {
        string path = this[parts];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        SetMode(path, mode);
        return path;
    }

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
