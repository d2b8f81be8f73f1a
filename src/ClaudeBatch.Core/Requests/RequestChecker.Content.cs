using System.Text.Json;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>Reads what the model reads, such as messages, system and tools: their texts, files and cache breakpoints.</content>
public sealed partial class RequestChecker
{
    // Of OpenAI's APIs. Other unknown types may be new ones of the service.
    private static readonly string[] s_foreignBlocks =
        ["image_url", "input_text", "input_image", "input_file", "input_audio", "output_text", "file", "function_call"];

    private void Text(ref Utf8JsonReader reader)
        => _facts.TextBytes += reader.TokenType == JsonTokenType.String ? reader.ValueSpan.Length : 0;

    private void Breakpoint(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        _facts.Breakpoints++;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            RequestField? field = RequestFields.CacheControl.Find(ref reader);
            reader.Read();
            if (field is not null)
            {
                FormFault(field, ref reader, "cache_control.");
            }

            bool isTtl = field is { Reading: FieldReading.Ttl } && field.Reads(reader.TokenType);
            _facts.CachesForAnHour |= isTtl && reader.ValueTextEquals("1h"u8);
            reader.Skip();
        }
    }

    // All that was read up to here is cached.
    private void EndCached(long end)
    {
        _facts.CachedPrefix = _facts.ParamsStart..(int)end;
        CountCached(end);
    }

    private void CountCached(long end)
    {
        _facts.CachedBytes = end - _facts.FileBytes;
        _facts.CachedTextBytes = _facts.TextBytes;
        _facts.CachedImages = _facts.Images;
        _facts.CachedDocumentBytes = _facts.DocumentBytes;
        _facts.CachedReferences = _facts.References;
    }

    private void NoContent() => Error("ContentEmpty", "A message has no content; the service refuses empty text.");

    // The reader is a copy: the content is walked over afterwards.
    private void ContentFaults(Utf8JsonReader reader)
    {
        (_facts.LastHasTurn, _facts.LastHasServerTool) = (false, false);
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
            case JsonTokenType.String when reader.ValueSpan.IsEmpty:
                NoContent();
                break;
            case JsonTokenType.String:
                TextFault(ref reader);
                break;
            case JsonTokenType.StartArray:
                if (BlockFaults(reader) == 0)
                {
                    NoContent();
                }

                break;
            default:
                Error("ContentInvalid", "The content of a message is neither text nor a list of blocks.");
                break;
        }
    }

    // The reader is a copy. What is in other blocks than texts is the service's to judge.
    private int BlockFaults(Utf8JsonReader reader, bool textOnly = false)
    {
        int count = 0;
        bool isBlank = false;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Error("ContentInvalid", "A block of content is no object.");
                reader.Skip();
                continue;
            }

            string? type = null;
            Utf8JsonReader text = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isType = reader.ValueTextEquals("type"u8);
                bool isTextField = reader.ValueTextEquals("text"u8);
                reader.Read();
                type = !isType ? type
                    : reader.TokenType != JsonTokenType.String ? null
                    : reader.ValueTextEquals("text"u8) ? "text" // the type of nearly all of them, without an allocation
                    : reader.GetString();
                text = isTextField ? reader : text;
                reader.Skip();
            }

            if (type == "text")
            {
                isBlank |= IsBlank(ref text);
            }
            else
            {
                _facts.LastHasServerTool |= !textOnly && type == "server_tool_use";
                _facts.LastHasTurn |= !textOnly && type is "tool_use" or "server_tool_use" or "thinking" or "redacted_thinking";
                BlockFault(type, textOnly);
            }
        }

        // An answer of the model goes back as it came, with texts that are empty.
        if (isBlank && (textOnly || !_facts.LastHasTurn))
        {
            Blank();
        }

        return count;
    }

    private void BlockFault(string? type, bool textOnly)
    {
        if (type is null)
        {
            Error("ContentInvalid", "A block of content has no type, such as 'text'.");
        }
        else if (textOnly)
        {
            Error("ContentInvalid", $"The system prompt has a block of the type '{type}'; the service takes blocks of text there.");
        }
        else if (s_foreignBlocks.Contains(type))
        {
            Error(
                "ContentInvalid",
                $"A block of content has the type '{type}', which is another vendor's; the service has text, image, document and others.");
        }
    }

    private void TextFault(ref Utf8JsonReader reader)
    {
        if (IsBlank(ref reader))
        {
            Blank();
        }
    }

    private static bool IsBlank(ref Utf8JsonReader reader)
        => reader.TokenType != JsonTokenType.String || JsonTexts.IsBlank(reader.ValueSpan);

    private void Blank() => Error("ContentEmpty", "A block of text has nothing but white space, or no text; the service refuses it.");
}
