using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ClaudeBatch.Loader;

/// <summary>Keeps the module's own copies of its dependencies apart from everyone else's.</summary>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly Lazy<Assembly> s_module = new(LoadModule);

    private readonly AssemblyDependencyResolver _resolver;

    private ModuleLoadContext(string modulePath)
        : base(nameof(ClaudeBatch)) => _resolver = new AssemblyDependencyResolver(modulePath);

    /// <summary>The cmdlet assembly, loaded once per process however often the module is imported.</summary>
    public static Assembly Module => s_module.Value;

    protected override Assembly? Load(AssemblyName assemblyName)
        => _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(CompiledAhead(path)) : null;

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
        => _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;

    private static Assembly LoadModule()
    {
        string folder = Path.GetDirectoryName(typeof(ModuleLoadContext).Assembly.Location)!;
        string path = Path.Combine(folder, "ClaudeBatch.dll");
        return new ModuleLoadContext(path).LoadFromAssemblyPath(CompiledAhead(path));
    }

    // The same assembly with native code for this platform (src/ClaudeBatch.ReadyToRun), where the module brings it.
    private static string CompiledAhead(string path)
    {
        string compiled = Path.Combine(Path.GetDirectoryName(path)!, RuntimeInformation.RuntimeIdentifier, Path.GetFileName(path));
        return File.Exists(compiled) ? compiled : path;
    }
}
