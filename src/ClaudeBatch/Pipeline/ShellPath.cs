using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>Resolves paths as the shell does, from its current folder, and makes errors of this module of what the shell refuses.</summary>
internal static class ShellPath
{
    /// <summary>Gives the full paths that a path of the user's stands for.</summary>
    /// <param name="given">The path as the user gave it.</param>
    /// <param name="resolve">Resolves it with the methods of <see cref="PSCmdlet"/>.</param>
    /// <exception cref="ClaudeBatchException"><c>PathNotFound</c>: a wildcard or its folder matches nothing. <c>PathInvalid</c>: the path is
    /// none of this machine's file system.</exception>
    public static string[] Resolve(string given, Func<string, IEnumerable<string>> resolve)
    {
        try
        {
            string[] found = [.. resolve(given)];
            // The shell hands on unchanged what another provider or another system understands. The process would look for it in its own
            // folder, which is not the shell's.
            return Array.TrueForAll(found, Path.IsPathFullyQualified) ? found : throw Invalid(given, NotOfThisSystem(given), cause: null);
        }
        catch (ItemNotFoundException e)
        {
            throw new ClaudeBatchException(FailureKind.NotFound, "PathNotFound", $"There is no file '{given}'.", e) { Target = given };
        }
        catch (Exception e) when (e is IContainsErrorRecord and not PipelineStoppedException)
        {
            throw Invalid(given, e.Message, e);
        }
    }

    /// <summary>Gives the full path that a path without wildcards stands for, whether or not there is such a file.</summary>
    /// <inheritdoc cref="Resolve(string, Func{string, IEnumerable{string}})"/>
    public static string Full(string given, Func<string, string> resolve) => Resolve(given, path => [resolve(path)])[0];

    private static string NotOfThisSystem(string given) => given.StartsWith(@"\\", StringComparison.Ordinal)
        ? "It is a share as Windows writes it, and this system has no such paths; mount the share, and give the path of the mount."
        : "It belongs to something else, such as the environment or the registry.";

    private static ClaudeBatchException Invalid(string given, string why, Exception? cause)
        => new(FailureKind.InvalidArgument, "PathInvalid", $"'{given}' is no path in the file system. {why}", cause) { Target = given };
}
