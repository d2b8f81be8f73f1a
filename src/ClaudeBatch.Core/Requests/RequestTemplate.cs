using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// Makes requests that differ only in their last message. What they share is serialized once, so the params of all of them are equal, byte
/// for byte, up to the row's own text, and the service's prompt cache matches.
/// </summary>
public sealed class RequestTemplate : IDisposable
{
    private static readonly JsonWriterOptions s_writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true
    };

    private readonly byte[] _params;

    private readonly byte[] _examples;

    private readonly string _model;

    private readonly int _maxTokens;

    private readonly ReadOnlyMemory<byte> _outputSchema;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    private readonly Utf8JsonWriter _writer;

    /// <param name="model">The model's id or alias.</param>
    /// <param name="maxTokens">The most tokens of an answer, at least 1.</param>
    /// <param name="fields">Further fields of the params, in the order in which they are written: a name and its JSON for each.</param>
    /// <param name="examples">The messages before the row's own, as JSON objects with commas between them.</param>
    /// <param name="outputSchema">The schema that answers are judged by, as it was given; empty where there is none.</param>
    public RequestTemplate(
        string model,
        int maxTokens,
        IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> fields,
        ReadOnlyMemory<byte> examples = default,
        ReadOnlyMemory<byte> outputSchema = default)
    {
        _outputSchema = outputSchema;
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
        _params = _buffer.WrittenSpan.ToArray(); // without the closing bracket, because the messages follow
        Reset();
    }

    /// <summary>The size in bytes of the part that all requests share.</summary>
    public long FrozenSizeInBytes => _params.Length + _examples.Length;

    /// <summary>Gives the part that all requests share, as JSON: the params with the examples as their messages.</summary>
    public byte[] Frozen() => [.. _params, .. ",\"messages\":["u8, .. _examples, .. "]}"u8];

    /// <summary>Makes a request. Its last message has the attachments and then the prompt.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>, <c>ImageTooLarge</c>.</exception>
    [MethodImpl(Hot.AtOnce)]
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
        PreparedRequest request = End(customId);
        return attachments is null or { Count: 0 } ? request : request with { Attachments = attachments };
    }

    /// <summary>Makes a request with these messages, a JSON array, instead of the template's.</summary>
    public PreparedRequest RenderMessages(string customId, ReadOnlySpan<byte> messages)
    {
        Begin(customId);
        _writer.WriteRawValue(messages, skipInputValidation: true);
        return End(customId);
    }

    public void Dispose() => _writer.Dispose();

    // The attachments come before the prompt that is about them, as the service's documentation recommends.
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
            Reset(); // the buffer must not have half of this request when the next one is made
            throw;
        }
    }

    [MethodImpl(Hot.AtOnce)]
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

    [MethodImpl(Hot.AtOnce)]
    private PreparedRequest End(string customId)
    {
        _writer.Flush();
        _buffer.Write("}}"u8);
        byte[] bytes = _buffer.WrittenSpan.ToArray();
        Reset();
        return new PreparedRequest(customId, bytes, _model, _maxTokens, _outputSchema);
    }

    private void Reset()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
    }
}
