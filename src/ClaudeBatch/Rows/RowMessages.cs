using System.Management.Automation;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>
/// The messages of a conversation. Placeholders in their texts stand for the row's values; or a script block makes the messages for each row,
/// which are used unchanged.
/// </summary>
internal sealed class RowMessages
{
    // JSON, and between two pieces of it a text with placeholders.
    private readonly List<(byte[] Json, TextTemplate? Text)> _pieces = [];

    private readonly ScriptBlock? _block;

    /// <exception cref="ClaudeBatchException"><c>TemplateInvalid</c>: a text has an open placeholder.</exception>
    public RowMessages(object[] given)
    {
        _block = given is [{ } only] && (only is PSObject wrapped ? wrapped.BaseObject : only) is ScriptBlock block ? block : null;
        if (_block is null)
        {
            Divide(JsonText.Write(given));
        }
    }

    /// <summary>All texts of the messages, one after the other, as one template; null where a script block makes them.</summary>
    public TextTemplate? Texts { get; private set; }

    public byte[] Render(ShellRow? row)
    {
        if (_block is not null)
        {
            return JsonText.Write(RowText.Invoke(_block, row, "Message").Select(static o => (object?)o).ToArray());
        }

        if (_pieces is [(byte[] same, null)])
        {
            return same;
        }

        using MemoryStream messages = new();
        foreach ((byte[] json, TextTemplate? text) in _pieces)
        {
            messages.Write(json);
            messages.Write(text is null ? [] : JsonText.Write(text.Render(row)));
        }

        return messages.ToArray();
    }

    // Names are no texts: only values are rendered.
    private void Divide(byte[] json)
    {
        Utf8JsonReader reader = new(json);
        int copied = 0;
        List<string> texts = [];
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                continue;
            }

            texts.Add(reader.GetString()!);
            if (reader.ValueSpan.IndexOf("{{"u8) >= 0)
            {
                _pieces.Add((json[copied..(int)reader.TokenStartIndex], TextTemplate.Parse(texts[^1])));
                copied = (int)reader.BytesConsumed;
            }
        }

        _pieces.Add((json[copied..], null));
        Texts = TextTemplate.Parse(string.Join('\n', texts));
    }
}
