namespace ClaudeBatch.Emulator;

/// <summary>The forms of the ids that an exchange names.</summary>
internal static class WireId
{
    public const string Rule = "fdrl_";

    public const string ServiceAccount = "svac_";

    public const string Workspace = "wrkspc_";

    public static bool IsOf(string id, string prefix) => id.Length > prefix.Length
        && id.StartsWith(prefix, StringComparison.Ordinal)
        && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
