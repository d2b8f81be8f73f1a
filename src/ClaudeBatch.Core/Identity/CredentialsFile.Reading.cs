using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Core.Identity;

public sealed partial class CredentialsFile
{
    // What other programs put into the file may be nested as it likes.
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = Json.JsonScanner.MostDepth };

    private string Target()
    {
        if (!System.IO.Path.IsPathFullyQualified(path))
        {
            throw Unreadable("it is no full path, and it would depend on the folder of the process which file that is.");
        }

        try
        {
            return OwnFiles.Target(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e.Message, e);
        }
    }

    private byte[]? Bytes(string target)
    {
        try
        {
            return OwnFiles.Read(target, mode => CheckRights(target, mode));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e.Message, e);
        }
    }

    private static void CheckRights(string target, UnixFileMode mode)
    {
        if ((mode & OwnFiles.Others) == 0)
        {
            return;
        }

        bool isWritable = (mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;
        throw new ClaudeBatchException(
            FailureKind.Permission,
            "CredentialsFileOpen",
            $"The credentials file '{target}' can be {(isWritable ? "written" : "read")} by others. Make it yours alone with: chmod 600 "
                + OwnFiles.Quoted(target))
        { Target = target };
    }

    private static string? WarningOf(string target)
        => UnixFiles.OwnerOf(target) is { } owner && UnixFiles.CurrentUser is { } user && owner.User != user
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The credentials file '{target}' belongs to the user with the number {owner.User}, and this is {user}. Look whether it should.")
            : null;

    private StoredCredentials Parse(byte[] bytes, string? warning)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(JsonBytes.WithoutMark(bytes), s_deep);
        }
        catch (JsonException e)
        {
            // The runtime's own words repeat what stands there.
            throw Invalid(string.Create(
                CultureInfo.InvariantCulture, $"it is not whole JSON: reading stopped in line {(e.LineNumber ?? 0) + 1}"));
        }

        using (json)
        {
            JsonElement root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Invalid("it is no JSON object");
            }

            CheckVersion(Text(root, "version"));
            if (Text(root, "type") is { } type and not Kind)
            {
                throw Invalid($"its type is '{type}', and only '{Kind}' is known");
            }

            return new StoredCredentials
            {
                AccessToken = Token(root, "access_token"),
                ExpiresAt = Time(root, "expires_at"),
                RefreshToken = Token(root, "refresh_token"),
                Scope = Text(root, "scope"),
                OrganizationId = Text(root, "organization_uuid"),
                OrganizationName = Text(root, "organization_name"),
                AccountEmail = Text(root, "account_email"),
                Warning = warning,
            };
        }
    }

    private void CheckVersion(string? version)
    {
        if (version is not null && (!int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            || major > 1))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidData,
                "CredentialsFileTooNew",
                $"The credentials file '{path}' is of version {version}, and this version of the module reads those before 2. Update the "
                    + "module.")
            { Target = path };
        }
    }

    // A token goes into a header: with a line break in it, an error deep inside the HTTP stack would repeat it.
    private string? Token(JsonElement of, string field)
        => Text(of, field) is not { } token ? null
            : token.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 ? token
            : throw Invalid($"its {field} has characters that no token has");

    private DateTimeOffset? Time(JsonElement of, string field) => Known(of, field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value => UnixTime.From(value.GetDouble()),
        _ => throw Invalid($"its {field} should be a number"),
    };

    private string? Text(JsonElement of, string field)
    {
        try
        {
            return Known(of, field) switch
            {
                null => null,
                { ValueKind: JsonValueKind.String } value => value.GetString()!.Trim() is { Length: > 0 } text ? text : null,
                _ => throw Invalid($"its {field} should be a text"),
            };
        }
        catch (InvalidOperationException)
        {
            throw Invalid($"its {field} has bytes that are no text");
        }
    }

    private static JsonElement? Known(JsonElement of, string field)
        => of.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private ClaudeBatchException Unreadable(string why, Exception? cause = null) => new(
        FailureKind.Permission,
        "CredentialsFileUnreadable",
        $"The credentials file '{path}' cannot be read: {Sentence.Of(why)}",
        cause)
    { Target = path };

    private ClaudeBatchException Invalid(string why) => new(
        FailureKind.InvalidData,
        FailureCause.CredentialsFileInvalid,
        $"'{path}' is no credentials file: {why}. Sign in again, or, where its tokens come from federation, remove the file.")
    { Target = path };
}
