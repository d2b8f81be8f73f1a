using System.Text.Json.Serialization;

namespace ClaudeBatch.Core.Submission;

/// <summary>What the account looked like just before a create: a batch that appears later and is not in it may be ours.</summary>
/// <param name="KnownIds">The newest batches of the account.</param>
/// <param name="NewestCreatedAt">The service's time of the newest of them.</param>
/// <param name="ServiceDate">The service's clock at the list call.</param>
public sealed record SubmissionIntent(IReadOnlyList<string> KnownIds, DateTimeOffset? NewestCreatedAt, DateTimeOffset? ServiceDate);

[JsonSerializable(typeof(SubmissionIntent))]
internal sealed partial class SubmissionJson : JsonSerializerContext;
