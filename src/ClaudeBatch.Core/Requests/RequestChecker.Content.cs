using System.Text.Json;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>Reads what the model reads, such as messages, system and tools: their texts, files and cache breakpoints.</content>
public sealed partial class RequestChecker
{
    /// <summary>The most bytes of an image in base64 that the service takes.</summary>
    private const int LongestImage = 5 * 1024 * 1024;

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

            BlockFault(type, ref text, textOnly);
        }

        return count;
    }

    private void BlockFault(string? type, ref Utf8JsonReader text, bool textOnly)
    {
        if (type == "text")
        {
            TextFault(ref text);
        }
        else if (type is null)
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
        int marked = int.MaxValue; // the depth of the object that is cached to its end, because its mark may stand before its text
        int depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                Text(ref reader);
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == marked)
                {
                    EndCached(reader.BytesConsumed);
                    marked = int.MaxValue;
                }
            }
            else if (reader.ValueTextEquals("cache_control"u8))
            {
                int around = reader.CurrentDepth - 1;
                reader.Read();
                marked = reader.TokenType == JsonTokenType.StartObject ? Math.Min(marked, around) : marked;
                Breakpoint(ref reader);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                _facts.Images += reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("image"u8) ? 1 : 0;
                hasDocument |= reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("document"u8);
            }
            else if (reader.ValueTextEquals("source"u8))
            {
                reader.Read();
                if (IsFile(reader))
                {
                    reader.Skip();
                }
                else
                {
                    Text(ref reader);
                }
            }
            else if (reader.ValueTextEquals("media_type"u8))
            {
                reader.Read(); // is no text
            }
            else if (reader.ValueTextEquals("file_id"u8) || reader.ValueTextEquals("url"u8))
            {
                reader.Read();
                _facts.References += reader.TokenType == JsonTokenType.String ? 1 : 0; // the schema of a tool has objects here
            }
        }

        return hasDocument;
    }

    // The reader is a copy: whether the data are a file is known only when all fields of the source were read, in any order.
    private bool IsFile(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        string? type = null;
        string? mediaType = null;
        int length = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isMediaType = reader.ValueTextEquals("media_type"u8);
            bool isData = reader.ValueTextEquals("data"u8);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                reader.Skip();
                continue;
            }

            type = isType ? reader.GetString() : type;
            mediaType = isMediaType ? reader.GetString() : mediaType;
            length = isData ? reader.ValueSpan.Length : length;
        }

        _facts.HasRemoteSource |= type is "url" or "file";
        bool isImage = mediaType?.StartsWith("image/", StringComparison.Ordinal) == true;
        if (length == 0 || !(isImage || mediaType == "application/pdf"))
        {
            return false;
        }

        _facts.FileBytes += length;
        _facts.DocumentBytes += isImage ? 0 : length;
        if (isImage && length > LongestImage)
        {
            Error("ImageTooLarge", "An image has more than 5 MB in base64; the service refuses it. Make it smaller: 1,568 "
                + "pixels on the longer side are enough.");
        }

        return true;
    }
}
