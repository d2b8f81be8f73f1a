using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// What all requests of a pipeline share, serialised once. The params of two of them are the same bytes up to the
/// row's own text, so that the service's cache can hit.
/// </summary>
public sealed class RequestTemplate : IDisposable
{
    private static readonly JsonWriterOptions s_writing = new() {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true };

    private readonly byte[] _params;

    private readonly byte[] _examples;

    private readonly string _model;

    private readonly int _maxTokens;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    private readonly Utf8JsonWriter _writer;

    /// <param name="model">The model's id or alias.</param>
    /// <param name="maxTokens">At least 1.</param>
    /// <param name="fields">Further fields of the params in the order they are to stand, each a name and its JSON.</param>
    /// <param name="examples">Messages that stand before the row's own, each as JSON, with commas between.</param>
    public RequestTemplate(
        string model, int maxTokens, IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> fields, ReadOnlyMemory<byte> examples = default)
    {
        _examples = examples.ToArray();
        _model = model;
        _maxTokens = maxTokens;
        _writer = new Utf8JsonWriter(_buffer, s_writing);
        _writer.WriteStartObject();
        _writer.WriteString("model"u8, model);
        _writer.WriteNumber("max_tokens"u8, maxTokens);
        foreach ((string name, ReadOnlyMemory<byte> json) in fields)
        {
            _writer.WritePropertyName(name);
            _writer.WriteRawValue(json.Span, skipInputValidation: true);
        }

        _writer.Flush();
        _params = _buffer.WrittenSpan.ToArray(); // up to here the same for every row; messages come last
        Reset();
    }

    /// <summary>The size of the part that all requests share.</summary>
    public long FrozenSizeInBytes => _params.Length + _examples.Length;

    /// <summary>The part that all requests share: the params with the examples as their messages.</summary>
    public byte[] Frozen() => [.. _params, .. ",\"messages\":["u8, .. _examples, .. "]}"u8];

    /// <summary>A request whose last message is the row's: its text, after what is attached to it.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>, <c>ImageTooLarge</c>.</exception>
    public PreparedRequest Render(string customId, string prompt, IReadOnlyList<Attachment>? attachments = null)
    {
        Attachment.CheckTogether(attachments ?? []);
        Begin(customId);
        _buffer.Write("["u8);
        if (_examples.Length > 0)
        {
            _buffer.Write(_examples);
            _buffer.Write(","u8);
        }

        _writer.WriteStartObject();
        _writer.WriteString("role"u8, "user"u8);
        if (attachments is null or { Count: 0 })
        {
            _writer.WriteString("content"u8, prompt);
        }
        else
        {
            WriteBlocks(prompt, attachments);
        }

        _writer.WriteEndObject();
        _writer.Flush();
        _buffer.Write("]"u8);
        return End(customId);
    }

    /// <summary>A request of whole messages, given as a JSON array.</summary>
    public PreparedRequest RenderMessages(string customId, ReadOnlySpan<byte> messages)
    {
        Begin(customId);
        _writer.WriteRawValue(messages, skipInputValidation: true);
        return End(customId);
    }

    public void Dispose() => _writer.Dispose();

    // What is looked at stands before what is asked about it.
    private void WriteBlocks(string prompt, IReadOnlyList<Attachment> attachments)
    {
        try
        {
            _writer.WriteStartArray("content"u8);
            foreach (Attachment attachment in attachments)
            {
                attachment.Write(_writer);
            }

            _writer.WriteStartObject();
            _writer.WriteString("type"u8, "text"u8);
            _writer.WriteString("text"u8, prompt);
            _writer.WriteEndObject();
            _writer.WriteEndArray();
        }
        catch
        {
            Reset(); // half a request must not stand before the next
            throw;
        }
    }

    private void Begin(string customId)
    {
        _writer.WriteStartObject();
        _writer.WriteString("custom_id"u8, customId);
        _writer.WritePropertyName("params"u8);
        _writer.Flush();
        _buffer.Write(_params);
        _buffer.Write(",\"messages\":"u8);
        _writer.Reset(_buffer);
    }

    private PreparedRequest End(string customId)
    {
        _writer.Flush();
        _buffer.Write("}}"u8);
        byte[] bytes = _buffer.WrittenSpan.ToArray();
        Reset();
        return new PreparedRequest(customId, bytes, _model, _maxTokens);
    }

    private void Reset()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
    }
}
