using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>The module in the folder in which the build has put it.</summary>
internal static class Module
{
    public static string Path { get; }
        = typeof(Module).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "ModulePath").Value!;

    // Of runspaces that are opened at once, one was seen without the drive of the file system.
    private static readonly Lock s_opening = new();

    /// <summary>Opens a runspace that has imported the module and runs on the thread of the test.</summary>
    public static Runspace OpenRunspace()
    {
        InitialSessionState state = InitialSessionState.CreateDefault();
        state.ImportPSModule([Path]);
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        lock (s_opening)
        {
            runspace.Open();
        }

        return runspace;
    }
}
