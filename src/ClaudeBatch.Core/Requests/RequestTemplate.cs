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
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly byte[] _params;

    private readonly string _model;

    private readonly int _maxTokens;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    private readonly Utf8JsonWriter _writer;

    /// <param name="model">The model's id or alias.</param>
    /// <param name="maxTokens">At least 1.</param>
    /// <param name="fields">Further fields of the params in the order they are to stand, each a name and its JSON.</param>
    public RequestTemplate(string model, int maxTokens, IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> fields)
    {
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
    public long FrozenSizeInBytes => _params.Length;

    /// <summary>A request of one user message.</summary>
    public PreparedRequest Render(string customId, string prompt)
    {
        Begin(customId);
        _writer.WriteStartArray();
        _writer.WriteStartObject();
        _writer.WriteString("role"u8, "user"u8);
        _writer.WriteString("content"u8, prompt);
        _writer.WriteEndObject();
        _writer.WriteEndArray();
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
