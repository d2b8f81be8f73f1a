using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ClaudeBatch.Loader;

/// <summary>Loads the module's own copies of its dependencies, so that other versions of them in the process do not matter.</summary>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly Lazy<Assembly> s_module = new(LoadModule);

    // Assemblies that lie in folders of their own with the libraries of one platform.
    private static readonly Dictionary<string, string> s_folders = new(StringComparer.Ordinal)
    {
        ["ClaudeBatch.Aws"] = "aws",
        ["ClaudeBatch.GoogleCloud"] = "google",
    };

    private readonly AssemblyDependencyResolver _resolver;

    private readonly string _folder;

    // Of the folders that were used. Nothing is looked for in the others.
    private readonly ConcurrentDictionary<string, AssemblyDependencyResolver> _used = new(StringComparer.Ordinal);

    private ModuleLoadContext(string modulePath)
        : base(nameof(ClaudeBatch))
    {
        _resolver = new AssemblyDependencyResolver(modulePath);
        _folder = Path.GetDirectoryName(modulePath)!;
    }

    /// <summary>The assembly of the cmdlets. It is loaded once for the whole process, however often the module is imported.</summary>
    public static Assembly Module => s_module.Value;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (_resolver.ResolveAssemblyToPath(assemblyName) is { } path)
        {
            return LoadFromAssemblyPath(CompiledAhead(path));
        }

        if (s_folders.TryGetValue(assemblyName.Name!, out string? folder))
        {
            _used.GetOrAdd(folder, f => new AssemblyDependencyResolver(Path.Combine(_folder, f, $"{assemblyName.Name}.dll")));
        }

        foreach (AssemblyDependencyResolver resolver in _used.Values)
        {
            if (resolver.ResolveAssemblyToPath(assemblyName) is { } found)
            {
                return LoadFromAssemblyPath(found);
            }
        }

        return null;
    }

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
