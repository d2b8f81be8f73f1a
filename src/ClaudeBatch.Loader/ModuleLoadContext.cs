using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ClaudeBatch.Loader;

/// <summary>Loads the module's own copies of its dependencies, so that other versions of them in the process do not matter.</summary>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly Lazy<Assembly> s_module = new(LoadModule);

    private readonly AssemblyDependencyResolver _resolver;

    private ModuleLoadContext(string modulePath)
        : base(nameof(ClaudeBatch)) => _resolver = new AssemblyDependencyResolver(modulePath);

    /// <summary>The assembly of the cmdlets. It is loaded once for the whole process, however often the module is imported.</summary>
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

    // Gives the path of the same assembly with native code for this platform (src/ClaudeBatch.ReadyToRun), or the path itself where the
    // module has none.
    private static string CompiledAhead(string path)
    {
        string compiled = Path.Combine(Path.GetDirectoryName(path)!, RuntimeInformation.RuntimeIdentifier, Path.GetFileName(path));
        return File.Exists(compiled) ? compiled : path;
    }
}
