using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Emulator;

/// <summary>A batch, as the emulator keeps it on disk.</summary>
internal sealed record StoredBatch
{
    private static readonly TimeSpan s_window = TimeSpan.FromHours(24);

    private static readonly TimeSpan s_cancellation = TimeSpan.FromSeconds(25);

    public required string Id { get; init; }

    /// <summary>The number of the batch, from 0. It is a part of each draw, so that a retry in a later batch is drawn anew.</summary>
    public required int Ordinal { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int Count { get; init; }

    public required string ApiVersion { get; init; }

    /// <summary>The header <c>anthropic-beta</c> of the call that made the batch; null for none.</summary>
    public string? Betas { get; init; }

    /// <summary>The plan of the process that made the batch.</summary>
    public required EmulatorPlan Plan { get; init; }

    /// <summary>The workspace of the batch; keys of other workspaces do not see it. A batch without one is seen by every key.</summary>
    public string? WorkspaceId { get; init; }

    public DateTimeOffset? CancelInitiatedAt { get; init; }

    /// <summary>
    /// The counts at the end, in the order processing, succeeded, errored, canceled, expired; null until the results have been made.
    /// </summary>
    public int[]? FinalCounts { get; init; }

    [JsonIgnore]
    public DateTimeOffset ExpiresAt => CreatedAt + s_window;

    [JsonIgnore]
    public DateTimeOffset EndsAt
    {
        get
        {
            DateTimeOffset natural = CreatedAt + (Plan.Latency < s_window ? Plan.Latency : s_window);
            DateTimeOffset canceled = CancelInitiatedAt + s_cancellation ?? natural;
            return canceled < natural ? canceled : natural;
        }
    }

    /// <summary>The share of requests (0 to 1) that the service had worked on when the batch ended.</summary>
    [JsonIgnore]
    public double WorkedShare
    {
        get
        {
            DateTimeOffset until = CancelInitiatedAt ?? ExpiresAt;
            return Plan.Latency <= TimeSpan.Zero ? 1 : Math.Clamp((until - CreatedAt) / Plan.Latency, 0, 1);
        }
    }

    /// <summary>The time from which on the results can no longer be had.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public DateTimeOffset ArchivedAt => CreatedAt.AddDays(29);

    /// <summary>Writes the object <c>message_batch</c> with the same keys, in the same order, as the live service.</summary>
    public byte[] ToJson(DateTimeOffset now, Uri address)
    {
        bool ended = now >= EndsAt;
        string status = ended ? "ended" : CancelInitiatedAt is null ? "in_progress" : "canceling";
        int[] counts = ended && FinalCounts is not null ? FinalCounts : Running(now);
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, Id);
            writer.WriteString("type"u8, "message_batch"u8);
            writer.WriteString("processing_status"u8, status);
            writer.WriteStartObject("request_counts"u8);
            writer.WriteNumber("processing"u8, counts[0]);
            writer.WriteNumber("succeeded"u8, counts[1]);
            writer.WriteNumber("errored"u8, counts[2]);
            writer.WriteNumber("canceled"u8, counts[3]);
            writer.WriteNumber("expired"u8, counts[4]);
            writer.WriteEndObject();
            writer.WriteString("ended_at"u8, ended ? WireTime.Format(EndsAt) : null);
            writer.WriteString("created_at"u8, WireTime.Format(CreatedAt));
            writer.WriteString("expires_at"u8, WireTime.Format(ExpiresAt));
            writer.WriteString("archived_at"u8, now >= ArchivedAt ? WireTime.Format(ArchivedAt) : null);
            writer.WriteString("cancel_initiated_at"u8, WireTime.Format(CancelInitiatedAt));
            writer.WriteString("results_url"u8, ended ? new Uri(address, $"v1/messages/batches/{Id}/results").AbsoluteUri : null);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private int[] Running(DateTimeOffset now)
    {
        int done = Plan.CountsMoveEarly && Plan.Latency > TimeSpan.Zero
            ? (int)(Count * Math.Clamp((now - CreatedAt) / Plan.Latency, 0, 0.99))
            : 0;
        return [Count - done, done, 0, 0, 0];
    }
}
