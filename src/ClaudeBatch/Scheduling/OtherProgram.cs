using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ClaudeBatch.Core;

namespace ClaudeBatch.Scheduling;

/// <summary>Runs the programs of a manager of schedules.</summary>
internal static class OtherProgram
{
    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>The bytes that it has written.</returns>
    /// <exception cref="ClaudeBatchException"><c>ScheduleFailed</c>, with what the program says; <c>ScheduleManagerMissing</c>.</exception>
    public static byte[] Run(string program, string[] arguments, byte[]? input = null)
    {
        (int code, byte[] output, string error) = TryRun(program, arguments, input) ?? throw new ClaudeBatchException(
            FailureKind.NotFound,
            "ScheduleManagerMissing",
            $"There is no program '{program}' here. Name another manager with -Manager, or install it.")
        { Target = program };
        return code == 0 ? output : throw new ClaudeBatchException(
            FailureKind.Conflict,
            "ScheduleFailed",
            $"'{program} {string.Join(' ', arguments)}' ended with {code}: {(error.Length > 0 ? error : Encoding.UTF8.GetString(output)).Trim()}")
        { Target = program };
    }

    /// <summary>Runs a program; null where there is none of this name.</summary>
    public static (int Code, byte[] Output, string Error)? TryRun(string program, string[] arguments, byte[]? input = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using Process process = Process.Start(start)!;
            using MemoryStream output = new();
            Task copy = process.StandardOutput.BaseStream.CopyToAsync(output);
            Task<string> error = process.StandardError.ReadToEndAsync();
            Feed(process, input);
            Task.WaitAll(copy, error);
            process.WaitForExit();
            return (process.ExitCode, output.ToArray(), error.Result);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static void Feed(Process process, byte[]? input)
    {
        try
        {
            using Stream stdin = process.StandardInput.BaseStream;
            stdin.Write(input ?? []);
        }
        catch (IOException)
        {
            // It has ended without reading all: its code and its words say why.
        }
    }
}
