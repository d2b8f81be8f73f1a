using System.Text;
using System.Text.RegularExpressions;

namespace ClaudeBatch.Core.Identity;

/// <summary>The folder with the profiles that the official SDKs and the <c>ant</c> tool share.</summary>
/// <remarks>
/// <code>
/// active_config             the name of the profile to use where none is named
/// configs/default.json      a profile; no secret
/// credentials/default.json  its tokens; for the owner alone
/// </code>
/// </remarks>
public sealed partial class ProfileFolder
{
    /// <summary>The profile that is the active one where nobody has said otherwise.</summary>
    public const string DefaultName = "default";

    private ProfileFolder(string root, EnvironmentVariables environment)
    {
        Root = root;
        Environment = environment;
    }

    public string Root { get; }

    /// <summary>The environment that the folder was found by, and that fills what a profile leaves out.</summary>
    public EnvironmentVariables Environment { get; }

    /// <summary>The file that says which profile is the active one.</summary>
    public string ActiveFile => Path.Combine(Root, "active_config");

    /// <summary>The name of the active profile, whether or not there is one of that name.</summary>
    /// <exception cref="ClaudeBatchException"><c>ProfileUnreadable</c>, <c>ProfileNameInvalid</c>.</exception>
    public string ActiveName => ReadActive();

    /// <summary>Finds the folder, as the official SDKs do, whether or not it exists; null where the environment does not tell it.</summary>
    /// <exception cref="ClaudeBatchException"><c>ProfileFolderInvalid</c>: the path is no full path.</exception>
    public static ProfileFolder? Find(EnvironmentVariables environment)
    {
        (string Variable, string[] Below)[] places = OperatingSystem.IsWindows()
            ? [("ANTHROPIC_CONFIG_DIR", []), ("APPDATA", ["Anthropic"]), ("USERPROFILE", ["AppData", "Roaming", "Anthropic"])]
            : [("ANTHROPIC_CONFIG_DIR", []), ("XDG_CONFIG_HOME", ["anthropic"]), ("HOME", [".config", "anthropic"])];
        foreach ((string variable, string[] below) in places)
        {
            if (environment[variable] is { } start)
            {
                return Path.IsPathFullyQualified(start)
                    ? new ProfileFolder(Path.Combine([start, .. below]), environment)
                    : throw new ClaudeBatchException(
                        FailureKind.InvalidArgument,
                        "ProfileFolderInvalid",
                        $"{variable} is '{start}', and it would depend on the folder of the process where profiles are looked for. Set it to a "
                            + "full path.")
                    { Target = start };
            }
        }

        return null;
    }

    /// <exception cref="ClaudeBatchException"><c>ProfileNameInvalid</c>.</exception>
    public bool Exists(string name) => File.Exists(ProfilePath(name));

    /// <summary>Lists the names of the profiles there are, in the order of their names.</summary>
    /// <exception cref="ClaudeBatchException"><c>ProfileUnreadable</c>.</exception>
    public IReadOnlyList<string> Names()
    {
        try
        {
            return Directory.Exists(Configs)
                ? [.. Directory.EnumerateFiles(Configs, "*.json").Select(static f => Path.GetFileNameWithoutExtension(f)).Where(IsName)
                    .Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable($"The folder '{Configs}'", Configs, e);
        }
    }

    /// <summary>The file of a profile, whether or not it exists.</summary>
    /// <exception cref="ClaudeBatchException"><c>ProfileNameInvalid</c>.</exception>
    public string ProfilePath(string name) => Path.Combine(Configs, Checked(name, "The profile's name") + ".json");

    /// <summary>The file of a profile's tokens where the profile names no other, whether or not it exists.</summary>
    /// <exception cref="ClaudeBatchException"><c>ProfileNameInvalid</c>.</exception>
    public string CredentialsPath(string name) => Path.Combine(Root, "credentials", Checked(name, "The profile's name") + ".json");

    private string Configs => Path.Combine(Root, "configs");

    private string ReadActive()
    {
        try
        {
            string name = OwnFiles.Read(ActiveFile, static _ => { }) is { } bytes
                ? Encoding.UTF8.GetString(bytes).Trim('\uFEFF').Trim()
                : string.Empty;
            return name.Length == 0 ? DefaultName : Checked(name, $"The name in '{ActiveFile}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable($"'{ActiveFile}', which says what profile is the active one,", ActiveFile, e);
        }
    }

    private static ClaudeBatchException Unreadable(string what, string path, Exception cause) => new(
        FailureKind.Permission,
        "ProfileUnreadable",
        $"{what} cannot be read: {Sentence.Of(cause.Message)} Give this user the right to read it.",
        cause)
    { Target = path };

    private static string Checked(string name, string what) => IsName(name)
        ? name
        : throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "ProfileNameInvalid",
            $"{what} is none a profile can have: names are made of letters, digits, '_', '.' and '-', and are not '.' or '..'.")
        { Target = name };

    private static bool IsName(string name) => name is not ("." or "..") && Name().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]+\z")]
    private static partial Regex Name();
}
