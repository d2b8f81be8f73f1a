using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>What the emulator keeps of an uploaded file. Its content is not kept: nobody can have it back from the service.</summary>
internal sealed record KeptFile
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string MediaType { get; init; }

    public required long Size { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public required string WorkspaceId { get; init; }

    public bool HasExpired(DateTimeOffset now) => ExpiresAt <= now;

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, Id);
        writer.WriteString("type"u8, "file"u8);
        writer.WriteString("filename"u8, Name);
        writer.WriteString("mime_type"u8, MediaType);
        writer.WriteNumber("size_bytes"u8, Size);
        writer.WriteString("created_at"u8, WireTime.Format(CreatedAt));
        writer.WriteBoolean("downloadable"u8, false);
        writer.WriteString("expires_at"u8, WireTime.Format(ExpiresAt));
        writer.WriteEndObject();
    }
}
