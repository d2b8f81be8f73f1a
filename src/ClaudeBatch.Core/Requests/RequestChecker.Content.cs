using System.Text.Json;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>Reads what the model reads, such as messages, system and tools: their texts, files and cache breakpoints.</content>
public sealed partial class RequestChecker
{
    /// <summary>The most bytes of an image in base64 that the service takes.</summary>
    private const int LongestImage = 5 * 1024 * 1024;

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
            bool isTtl = field is { Reading: FieldReading.Ttl } && field.Reads(reader.TokenType);
            _facts.CachesForAnHour |= isTtl && reader.ValueTextEquals("1h"u8);
            reader.Skip();
        }

        _facts.CachedTextBytes = _facts.TextBytes;
        _facts.CachedPrefix = _facts.ParamsStart..(int)reader.BytesConsumed;
        _facts.CachedBytes = reader.BytesConsumed - _facts.FileBytes;
    }

    private void NoContent() => Error("ContentEmpty", "A message has no content; the service refuses empty text.");

    // The reader is a copy: the content is walked over afterwards.
    private void ContentFaults(Utf8JsonReader reader)
    {
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
    private int BlockFaults(Utf8JsonReader reader)
    {
        int count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Error("ContentInvalid", "A block of content is no object.");
                reader.Skip();
                continue;
            }

            bool isText = false;
            Utf8JsonReader text = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isType = reader.ValueTextEquals("type"u8);
                bool isTextField = reader.ValueTextEquals("text"u8);
                reader.Read();
                isText = isType ? reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("text"u8) : isText;
                text = isTextField ? reader : text;
                reader.Skip();
            }

            if (isText)
            {
                TextFault(ref text);
            }
        }

        return count;
    }

    private void TextFault(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || JsonTexts.IsBlank(reader.ValueSpan))
        {
            Error("ContentEmpty", "A block of text has nothing but white space, or no text; the service refuses it.");
        }
    }

    // Reads a value of any form, because breakpoints and images may be at any depth. It returns whether there is a document in it.
    private bool Walk(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            Text(ref reader);
            return false;
        }

        bool hasDocument = false;
        bool isImageData = false;
        bool isFileData = false;
        int depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                Text(ref reader);
            }
            else if (reader.ValueTextEquals("cache_control"u8))
            {
                reader.Read();
                Breakpoint(ref reader);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                _facts.Images += reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("image"u8) ? 1 : 0;
                hasDocument |= reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("document"u8);
            }
            else if (reader.ValueTextEquals("media_type"u8))
            {
                reader.Read();
                isImageData = reader.TokenType == JsonTokenType.String && reader.ValueSpan.StartsWith("image/"u8);
                isFileData = isImageData || (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("application/pdf"u8));
            }
            else if (reader.ValueTextEquals("source"u8))
            {
                reader.Read();
                _facts.HasRemoteSource |= TextIn(reader, "type"u8) is "url" or "file";
                Text(ref reader);
            }
            else if (reader.ValueTextEquals("file_id"u8) || reader.ValueTextEquals("url"u8))
            {
                _facts.References++;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                _facts.TextBytes += isFileData ? 0 : reader.ValueSpan.Length;
                _facts.FileBytes += isFileData ? reader.ValueSpan.Length : 0;
                _facts.DocumentBytes += isFileData && !isImageData ? reader.ValueSpan.Length : 0;
                if (isImageData && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > LongestImage)
                {
                    Error("ImageTooLarge", "An image has more than 5 MB in base64; the service refuses it. Make it smaller: 1,568 "
                        + "pixels on the longer side are enough.");
                }
            }
        }

        return hasDocument;
    }

    // The reader is a copy, so that the caller's stays where it is.
    private static string? TextIn(Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }
}
