using System.Reflection;
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
        => !IsOfRuntime(assemblyName) && _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
        => _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;

    // The runtime's own assemblies are compiled ahead of time, those of packages when they run: 100 ms of each process.
    private static bool IsOfRuntime(AssemblyName wanted)
    {
        string path = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, wanted.Name + ".dll");
        return File.Exists(path) && AssemblyName.GetAssemblyName(path).Version >= wanted.Version;
    }

    private static Assembly LoadModule()
    {
        string folder = Path.GetDirectoryName(typeof(ModuleLoadContext).Assembly.Location)!;
        string path = Path.Combine(folder, "ClaudeBatch.dll");
        return new ModuleLoadContext(path).LoadFromAssemblyPath(path);
    }
}
