namespace ClaudeBatch.Benchmarks;

/// <summary>What a job of one size took, each in a process of its own.</summary>
/// <param name="Submitted">From a JSON Lines file to a submitted job.</param>
/// <param name="Collected">From the ended batches to objects in the pipeline.</param>
/// <param name="Exported">From CSV rows without ids of their own to a CSV file with the answers, by the pipeline.</param>
/// <param name="Direct">The same by the direct way; null where the module has none.</param>
internal sealed record Growth(Measurement Submitted, Measurement Collected, Measurement Exported, Measurement? Direct)
{
    public long PeakMB => new[] { Submitted, Collected, Exported, Direct }.Max(static m => m?.PeakMB ?? 0);
}
