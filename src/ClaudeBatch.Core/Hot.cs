using System.Runtime.CompilerServices;

namespace ClaudeBatch.Core;

/// <summary>How methods are compiled that run for each row or line.</summary>
public static class Hot
{
    /// <summary>
    /// At full speed from the first call on. A job is over before the runtime has brought a method there that was compiled ahead of time: it is
    /// compiled twice more then, first to count its calls, while all cores are busy with the job.
    /// </summary>
    public const MethodImplOptions AtOnce = MethodImplOptions.AggressiveOptimization;
}
