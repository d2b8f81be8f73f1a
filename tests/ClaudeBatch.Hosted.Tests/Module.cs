using System.Reflection;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>The module in the folder in which the build has put it.</summary>
internal static class Module
{
    public static string Path { get; }
        = typeof(Module).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "ModulePath").Value!;
}
