using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// Makes the request of a conversation's next round: the bytes of the last one, the answer's content byte for byte as the service has sent it, and
/// what its calls gave. Signatures of thoughts and encrypted parts stay valid only so.
/// </summary>
/// <remarks>What each stop reason asks for stands in the service's documentation, "Handling stop reasons" and "Handle tool calls".</remarks>
public static class ConversationTurn
{
    /// <summary>Continues after an answer that calls tools, or that has paused its turn.</summary>
    /// <param name="item">The last request, which is known to be valid.</param>
    /// <param name="line">The line of the results that has the answer.</param>
    /// <param name="results">The <c>tool_result</c> blocks of all calls, in their order; empty where the turn was paused.</param>
    [MethodImpl(Hot.AtOnce)]
    public static byte[] After(ReadOnlySpan<byte> item, ReadOnlySpan<byte> line, IReadOnlyList<byte[]> results)
    {
        ReadOnlySpan<byte> content = ParamsEdit.ContentOf(line);
        using MemoryStream user = new();
        if (results.Count > 0)
        {
            user.Write("{\"role\":\"user\",\"content\":["u8);
            for (int i = 0; i < results.Count; i++)
            {
                user.Write(i == 0 ? [] : ","u8);
                user.Write(results[i]);
            }

            user.Write("]}"u8);
        }

        byte[] next = ParamsEdit.AppendTurn(item, content, user.GetBuffer().AsSpan(0, (int)user.Length));
        return ContainerOf(line) is { } container ? ParamsEdit.WithContainer(next, container) : next;
    }

    /// <summary>
    /// Continues after an answer that says nothing: a new message of the user asks for words. The empty turn itself is not sent back.
    /// </summary>
    public static byte[] AfterNothing(ReadOnlySpan<byte> item)
        => ParamsEdit.AppendMessage(item, "{\"role\":\"user\",\"content\":\"Please continue.\"}"u8);

    /// <summary>Gives the messages of a whole conversation as a JSON array: those of the last request, and the answer to it.</summary>
    /// <param name="item">The last request.</param>
    /// <param name="line">The line of the results that has the answer.</param>
    public static byte[] Transcript(ReadOnlySpan<byte> item, ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> messages = item[ParamsEdit.Value(item, "params", "messages")];
        ReadOnlySpan<byte> content = ParamsEdit.ContentOf(line);
        return content.IsEmpty ? messages.ToArray()
            : [.. messages[..^1], .. ",{\"role\":\"assistant\",\"content\":"u8, .. content, .. "}]"u8];
    }

    // The container in which code has run, whose files the next round works on. Its expiry in the answer is no reason to leave it: it is prolonged
    // by use.
    [MethodImpl(Hot.AtOnce)]
    private static byte[]? ContainerOf(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> id = line[ParamsEdit.Value(line, "result", "message", "container", "id")];
        return id.Length > 0 && id[0] == '"' ? id.ToArray() : null;
    }
}
