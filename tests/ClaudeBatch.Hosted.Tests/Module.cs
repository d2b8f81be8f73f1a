using System.Reflection;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>The module as the build has laid it out.</summary>
internal static class Module
{
    public static string Path { get; }
        = typeof(Module).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "ModulePath").Value!;
}
