using System.Diagnostics;
using System.Globalization;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>A small file system in memory, which is soon full. It needs the right to mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    /// <summary>The reason with which a test is skipped where <see cref="CanMount"/> is false.</summary>
    public const string Missing = "No small disk can be mounted here; it takes Linux and the right to mount.";

    private static readonly Lazy<bool> s_canMount = new(static () =>
    {
        using SmallDisk disk = new(megabytes: 1);
        return disk.IsMounted;
    });

    public SmallDisk(int megabytes) => IsMounted = OperatingSystem.IsLinux()
        && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes.ToString(CultureInfo.InvariantCulture)}m", "tmpfs", Path);

    public static bool CanMount => s_canMount.Value;

    public string Path { get; } = Directory.CreateTempSubdirectory("claudebatch-disk-").FullName;

    private bool IsMounted { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Fills all the room that is left.</summary>
    public void Fill()
    {
        using FileStream file = new(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        byte[] block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // The disk is full now, which was wanted.
        }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        if (IsMounted)
        {
            Run("umount", Path);
        }

        Directory.Delete(Path, recursive: true);
    }

    private static bool Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // the program that mounts does not exist here
        }
    }
}
