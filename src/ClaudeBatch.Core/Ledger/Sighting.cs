namespace ClaudeBatch.Core.Ledger;

/// <param name="Id">The service's id of a batch that could be ours.</param>
/// <param name="Lists">In how many lists in a row it was.</param>
/// <param name="Seconds">The seconds that have passed from the first to the last of them, by <see cref="ListTime.Since"/>.</param>
/// <param name="CreatedAt">When the service made it.</param>
/// <param name="Matches">Whether its answers have the part's custom ids; null until it has ended.</param>
public sealed record Sighting(string Id, int Lists, double Seconds, DateTime CreatedAt, bool? Matches = null);
