using System.ComponentModel;
using System.Diagnostics;

namespace ClaudeBatch.Benchmarks;

/// <summary>Runs programs that may not be installed.</summary>
internal static class Shell
{
    /// <returns>False when the program is not installed or fails.</returns>
    public static async Task<bool> TryAsync(string program, IEnumerable<string> arguments, string folder)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
