using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Core.Identity;

/// <summary>A file with an access token and what belongs to it, which the official SDKs read and write as well.</summary>
/// <param name="path">The full path of the file. Where it is a link, what it leads to is read and written.</param>
public sealed partial class CredentialsFile(string path)
{
    private const string Version = "1.0";

    private const string Kind = "oauth_token";

    public string Path => path;

    /// <summary>Reads the file; null where there is none.</summary>
    /// <exception cref="ClaudeBatchException"><c>CredentialsFileOpen</c>, <c>CredentialsFileUnreadable</c>,
    /// <c>CredentialsFileInvalid</c>, <c>CredentialsFileTooNew</c>.</exception>
    public StoredCredentials? Read()
    {
        string target = Target();
        return Bytes(target) is { } bytes ? Parse(bytes, WarningOf(target)) : null;
    }

    /// <summary>Writes new tokens into the file, which is made where there is none. Everything else in it stays as it is.</summary>
    /// <exception cref="ClaudeBatchException"><c>CredentialsNotWritable</c>, and those of <see cref="Read"/>.</exception>
    public void Write(CredentialChanges changes)
    {
        using PreparedCredentials prepared = Prepare();
        prepared.Commit(changes);
    }

    /// <summary>
    /// Makes ready to write, so that whoever is about to use up a refresh token knows that its successor can be kept: the file can be read,
    /// its folder can be written, and there is room on the disk.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>CredentialsNotWritable</c>, and those of <see cref="Read"/>.</exception>
    public PreparedCredentials Prepare()
    {
        string target = Target();
        byte[]? now = Bytes(target);
        if (now is not null)
        {
            Parse(now, warning: null);
        }

        return new PreparedCredentials(this, target, now);
    }

    /// <summary>Gives the content with new tokens in it.</summary>
    /// <param name="content">The content of the file; null where there is none.</param>
    /// <param name="changes">The new tokens.</param>
    internal static byte[] With(byte[]? content, CredentialChanges changes)
    {
        ReadOnlyMemory<byte> json = content is null ? "{}"u8.ToArray() : JsonBytes.WithoutMark(content);
        List<(string, byte[])> members = [];
        using (JsonDocument document = JsonDocument.Parse(json, s_deep))
        {
            if (Known(document.RootElement, "version") is null)
            {
                members.Add(("version", JsonBytes.Text(Version)));
            }

            members.Add(("type", JsonBytes.Text(Kind)));
            members.Add(("access_token", JsonBytes.Text(changes.AccessToken)));
            if (changes.ExpiresAt is { } end)
            {
                members.Add(("expires_at", JsonNumber(end.ToUnixTimeSeconds())));
            }
            else if (Known(document.RootElement, "expires_at") is not null)
            {
                members.Add(("expires_at", "null"u8.ToArray()));
            }
        }

        Add("refresh_token", changes.RefreshToken);
        Add("scope", changes.Scope);
        Add("organization_uuid", changes.OrganizationId);
        return JsonBytes.Set(json.Span, members);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                members.Add((name, JsonBytes.Text(value)));
            }
        }
    }

    /// <summary>Reads the file again to write it, where it can be read; null where it is gone or is no credentials file any more.</summary>
    internal byte[]? Again(string target)
    {
        try
        {
            byte[]? now = Bytes(target);
            if (now is not null)
            {
                Parse(now, warning: null);
            }

            return now;
        }
        catch (ClaudeBatchException)
        {
            // Somebody else has written it meanwhile, and badly. The tokens at hand must be kept all the same.
            return null;
        }
    }

    internal ClaudeBatchException NotWritable(string why, Exception? cause = null) => new(
        FailureKind.Storage,
        "CredentialsNotWritable",
        $"The credentials file '{path}' cannot be written: {Sentence.Of(why)}",
        cause)
    { Target = path };

    private static byte[] JsonNumber(long number) => System.Text.Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}
