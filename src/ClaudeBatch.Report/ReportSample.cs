namespace ClaudeBatch.Report;

/// <summary>A request that has no usable answer.</summary>
/// <param name="CustomId">Its custom id.</param>
/// <param name="Words">Why, in the service's words or ours.</param>
public sealed record ReportSample(string CustomId, string Words);
