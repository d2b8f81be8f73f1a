using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>Finds the engine before anything of it is touched.</summary>
internal static class Engine
{
    public static string ModulePath { get; } = Metadata("ModulePath")!;

    private static string? Metadata(string key)
        => typeof(Engine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == key)?.Value;

    [ModuleInitializer]
    internal static void Resolve()
    {
        if (Metadata("PowerShellHome") is not { Length: > 0 } home)
        {
            return;
        }

        // The engine takes its home from where its own assembly lies.
        AssemblyLoadContext.Default.Resolving += (context, name) =>
        {
            string path = Path.Combine(home, name.Name + ".dll");
            return File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        };
    }
}
