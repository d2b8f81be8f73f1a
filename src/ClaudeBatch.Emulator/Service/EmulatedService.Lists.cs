using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <content>The call that lists the batches, newest first.</content>
public sealed partial class EmulatedService
{
    private static Dictionary<string, string> Arguments(string query) => query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static p => p.Split('=', 2))
        .GroupBy(static p => p[0])
        .ToDictionary(static g => g.Key, static g => Uri.UnescapeDataString(g.Last().ElementAtOrDefault(1) ?? string.Empty));

    private async Task<EmulatedReply> ListAsync(string query, string workspace, CancellationToken cancellationToken)
    {
        EmulatorFault? lag = await Faults.MeetAsync(cancellationToken, FaultKind.ListLag).ConfigureAwait(false);
        DateTimeOffset visible = clock.GetUtcNow() - (lag?.Duration ?? TimeSpan.Zero);
        return List(query, [.. _store.All().Where(b => IsSeen(b, workspace) && b.CreatedAt <= visible)]);
    }

    private EmulatedReply List(string query, List<StoredBatch> all)
    {
        Dictionary<string, string> arguments = Arguments(query);
        string? after = arguments.GetValueOrDefault("after_id");
        string? before = arguments.GetValueOrDefault("before_id");
        int limit = 20;
        if (arguments.TryGetValue("limit", out string? text)
            && (!int.TryParse(text, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 1000))
        {
            throw ServiceError.Invalid("limit: Input should be between 1 and 1000");
        }

        if (after is not null && before is not null)
        {
            throw ServiceError.Invalid("Only one of after_id and before_id may be given");
        }

        int start = 0;
        if ((after ?? before) is { } cursor)
        {
            int at = all.FindIndex(b => b.Id == cursor);
            if (at < 0)
            {
                throw ServiceError.Invalid($"{(after is null ? "before_id" : "after_id")}: {cursor} not found");
            }

            start = after is null ? Math.Max(0, at - limit) : at + 1;
            limit = after is null ? Math.Min(limit, at) : limit;
        }

        return EmulatedReply.Json(Page([.. all.Skip(start).Take(limit)], before is null ? start + limit < all.Count : start > 0));
    }

    private byte[] Page(List<StoredBatch> page, bool hasMore)
    {
        DateTimeOffset now = clock.GetUtcNow();
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("data"u8);
            foreach (StoredBatch batch in page)
            {
                writer.WriteRawValue(Finished(batch, now).ToJson(now, _address));
            }

            writer.WriteEndArray();
            writer.WriteBoolean("has_more"u8, hasMore);
            writer.WriteString("first_id"u8, page.FirstOrDefault()?.Id);
            writer.WriteString("last_id"u8, page.LastOrDefault()?.Id);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
