using System.Globalization;
using System.Text.Json;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Identity;

public sealed partial record Profile
{
    /// <summary>Reads the file of a profile: what it has counts, and variables of the environment fill what it leaves out.</summary>
    private sealed class Reader(ProfileFolder folder, string name)
    {
        private readonly string _path = folder.ProfilePath(name);

        private readonly List<string> _filledBy = [];

        public Profile Read()
        {
            using JsonDocument json = Parse(Bytes());
            JsonElement root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Invalid("it is no JSON object");
            }

            CheckVersion(Text(root, "version"));
            JsonElement authentication = Object(root, "authentication") ?? throw Incomplete("authentication");
            ProfileType type = Text(authentication, "type", "authentication.") switch
            {
                "oidc_federation" => ProfileType.OidcFederation,
                "user_oauth" => ProfileType.UserOAuth,
                null => throw Incomplete("authentication.type"),
                { } other => throw Fault(
                    FailureKind.InvalidData,
                    "ProfileTypeUnknown",
                    $"has the authentication.type '{other}', which this version does not know. It knows oidc_federation and user_oauth."),
            };
            bool isFederation = type == ProfileType.OidcFederation;
            Profile profile = new()
            {
                Name = name,
                Path = _path,
                Type = type,
                OrganizationId = Text(root, "organization_id") ?? Filled("ANTHROPIC_ORGANIZATION_ID"),
                WorkspaceId = Text(root, "workspace_id") ?? Filled("ANTHROPIC_WORKSPACE_ID"),
                BaseUrl = Address(root),
                FederationRuleId = !isFederation ? null
                    : Text(authentication, "federation_rule_id", "authentication.") ?? Filled("ANTHROPIC_FEDERATION_RULE_ID"),
                ServiceAccountId = !isFederation ? null
                    : Text(authentication, "service_account_id", "authentication.") ?? Filled("ANTHROPIC_SERVICE_ACCOUNT_ID"),
                IdentityTokenPath = !isFederation ? null : TokenPath(authentication) ?? Filled("ANTHROPIC_IDENTITY_TOKEN_FILE"),
                ClientId = isFederation ? null : Text(authentication, "client_id", "authentication."),
                ConsoleUrl = isFederation ? null : Text(authentication, "console_url", "authentication."),
                Scope = Text(authentication, "scope", "authentication.") ?? Filled("ANTHROPIC_SCOPE"),
                CredentialsPath = FullPath(authentication, "credentials_path", "authentication.") ?? folder.CredentialsPath(name),
                FilledBy = _filledBy,
            };
            (string Name, string? Value)[] needed = isFederation
                ? [("authentication.federation_rule_id", profile.FederationRuleId), ("organization_id", profile.OrganizationId)]
                : [];
            return needed.Where(static n => n.Value is null).Select(static n => n.Name).ToArray() is { Length: > 0 } absent
                ? throw Incomplete(absent)
                : profile;
        }

        private byte[] Bytes()
        {
            try
            {
                return OwnFiles.Read(_path, CheckRights) ?? throw NotFound();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Fault(
                    FailureKind.Permission,
                    "ProfileUnreadable",
                    $"cannot be read: {Sentence.Of(e.Message)} Give this user the right to read it.",
                    e);
            }
        }

        // Whoever can write the file decides where tokens are sent. A group that can is usual where umask is 002.
        private void CheckRights(UnixFileMode mode)
        {
            if ((mode & UnixFileMode.OtherWrite) != 0)
            {
                throw Fault(
                    FailureKind.Permission,
                    "ProfileWritable",
                    $"can be written by everybody on this machine, who could have your tokens sent elsewhere. Look at it, then run: chmod o-w "
                        + OwnFiles.Quoted(_path));
            }
        }

        private JsonDocument Parse(byte[] bytes)
        {
            try
            {
                return JsonDocument.Parse(JsonBytes.WithoutMark(bytes));
            }
            catch (JsonException e)
            {
                // The runtime's own words repeat what stands there.
                throw Fault(FailureKind.InvalidData, "ProfileNotJson", string.Create(
                    CultureInfo.InvariantCulture,
                    $"is not whole JSON: reading stopped in line {(e.LineNumber ?? 0) + 1}. Mend it, or have the profile written anew."));
            }
        }

        private void CheckVersion(string? version)
        {
            if (version is null)
            {
                return;
            }

            if (!int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major))
            {
                throw Invalid($"its version is '{version}', and should be one such as '1.0'");
            }

            if (major > 1)
            {
                throw Fault(
                    FailureKind.InvalidData,
                    "ProfileTooNew",
                    $"is of version {version}, and this version of the module reads those before 2. Update the module, or give the identity "
                        + "by parameters.");
            }
        }

        private Uri? Address(JsonElement root)
        {
            string? own = Text(root, "base_url");
            if ((own ?? Filled("ANTHROPIC_BASE_URL")) is not { } text)
            {
                return null;
            }

            try
            {
                return ServiceConnection.Checked(new Uri(text, UriKind.RelativeOrAbsolute));
            }
            catch (Exception e) when (e is ClaudeBatchException or UriFormatException)
            {
                string id = (e as ClaudeBatchException)?.Id ?? "AddressInvalid";
                string what = own is null ? "no base_url, and ANTHROPIC_BASE_URL is not used" : "a base_url that is not used";
                throw Fault(FailureKind.InvalidArgument, id, $"has {what}. {Sentence.Of(e.Message)}");
            }
        }

        private string? TokenPath(JsonElement authentication)
        {
            if (Object(authentication, "identity_token", "authentication.") is not { } token)
            {
                return null;
            }

            string? source = Text(token, "source", "authentication.identity_token.");
            return source switch
            {
                "file" => FullPath(token, "path", "authentication.identity_token.")
                    ?? throw Incomplete("authentication.identity_token.path"),
                null => throw Incomplete("authentication.identity_token.source"),
                _ => throw Fault(
                    FailureKind.InvalidData,
                    "ProfileTokenSourceUnknown",
                    $"has the authentication.identity_token.source '{source}', and only 'file' is known. Have the token written to a file, or "
                        + "take identity_token out and give the token by a parameter."),
            };
        }

        private string? FullPath(JsonElement of, string field, string before)
            => Text(of, field, before) is not { } path || System.IO.Path.IsPathFullyQualified(path)
                ? Text(of, field, before)
                : throw Invalid($"its {before}{field} is '{path}', and must be a full path");

        private string? Filled(string variable)
        {
            if (folder.Environment[variable] is not { } value)
            {
                return null;
            }

            _filledBy.Add(variable);
            return value;
        }

        private JsonElement? Object(JsonElement of, string field, string before = "") => Known(of, field) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } value => value,
            _ => throw Invalid($"its {before}{field} should be an object"),
        };

        private string? Text(JsonElement of, string field, string before = "")
        {
            try
            {
                return Known(of, field) switch
                {
                    null => null,
                    { ValueKind: JsonValueKind.String } value => value.GetString()!.Trim() is { Length: > 0 } text ? text : null,
                    _ => throw Invalid($"its {before}{field} should be a text"),
                };
            }
            catch (InvalidOperationException)
            {
                throw Invalid($"its {before}{field} has bytes that are no text");
            }
        }

        private static JsonElement? Known(JsonElement of, string field)
            => of.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

        private ClaudeBatchException NotFound()
        {
            IReadOnlyList<string> names = folder.Names();
            return new ClaudeBatchException(
                FailureKind.NotFound,
                "ProfileNotFound",
                $"There is no profile '{name}': '{_path}' does not exist. "
                    + (names.Count == 0 ? $"There is none in '{folder.Root}'." : $"There are: {string.Join(", ", names)}."))
            { Target = name };
        }

        private ClaudeBatchException Incomplete(params string[] fields) => Fault(
            FailureKind.InvalidData,
            "ProfileIncomplete",
            $"lacks {string.Join(" and ", fields)}. Add what lacks, or set its variable of the environment.");

        private ClaudeBatchException Invalid(string why)
            => Fault(FailureKind.InvalidData, "ProfileInvalid", $"is no profile: {why}. Mend it.");

        private ClaudeBatchException Fault(FailureKind kind, string id, string what, Exception? cause = null)
            => new(kind, id, $"The profile '{name}' in '{_path}' {what}", cause) { Target = _path };
    }
}
