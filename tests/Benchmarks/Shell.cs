using System.ComponentModel;
using System.Diagnostics;

namespace ClaudeBatch.Benchmarks;

/// <summary>Runs programs that may not be installed.</summary>
internal static class Shell
{
    /// <returns>What the program printed; null when it is not installed or fails.</returns>
    public static async Task<string?> TryAsync(string program, IEnumerable<string> arguments, string folder)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            string[] printed = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? printed[0].Trim() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
