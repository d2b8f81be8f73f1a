using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The ids of calls. Each begins with letters of its own and ends with letters of the digest of the content that it stands in, so that it can be told
/// from the content alone whether a later request returns the bytes that the answer had.
/// </summary>
internal sealed class CallIds(string answer)
{
    private const int Own = 10;

    private const int OfContent = 12;

    private static readonly string s_open = new('0', OfContent);

    private int _count;

    /// <summary>Makes the next id of an answer, which <see cref="Close"/> completes.</summary>
    /// <param name="prefix"><c>toolu_</c> or <c>srvtoolu_</c>.</param>
    public string Next(string prefix)
        => prefix + "01" + Seal.Letters(Seal.Of(answer, (_count++).ToString(CultureInfo.InvariantCulture)), Own) + s_open;

    /// <summary>Completes the ids in a content.</summary>
    public static string Close(string content)
    {
        string digest = Digest(content);
        foreach (string id in Ids(content).Where(static i => i.EndsWith(s_open, StringComparison.Ordinal)))
        {
            content = content.Replace(id, id[..^OfContent] + digest, StringComparison.Ordinal);
        }

        return content;
    }

    /// <summary>Tells whether a content has the bytes that it was given with. Of one without ids of the emulator that is not known.</summary>
    public static bool IsVerbatim(string content)
    {
        string opened = content;
        string[] ids = [.. Ids(content)];
        foreach (string id in ids)
        {
            opened = opened.Replace(id, Unsealed(id) + s_open, StringComparison.Ordinal);
        }

        string digest = Digest(opened);
        return ids.All(i => i.EndsWith(digest, StringComparison.Ordinal));
    }

    /// <summary>Gives a text without the digest, where it is an id; else the text.</summary>
    public static string Unsealed(string text) => IsOurs(text) ? text[..^OfContent] : text;

    private static bool IsOurs(string id)
        => (id.StartsWith("toolu_01", StringComparison.Ordinal) && id.Length == "toolu_01".Length + Own + OfContent)
            || (id.StartsWith("srvtoolu_01", StringComparison.Ordinal) && id.Length == "srvtoolu_01".Length + Own + OfContent);

    private static IEnumerable<string> Ids(string content)
    {
        using JsonDocument document = JsonDocument.Parse(content);
        return document.RootElement.ValueKind != JsonValueKind.Array
            ? []
            : [.. document.RootElement.EnumerateArray()
                .Where(static b => Conversation.TypeOf(b) == "tool_use" || Conversation.IsServerUse(b))
                .Select(static b => Conversation.Text(b, "id")).OfType<string>().Where(IsOurs)];
    }

    private static string Digest(string content) => Seal.Letters(Seal.Of(Encoding.UTF8.GetBytes(content)), OfContent);
}
