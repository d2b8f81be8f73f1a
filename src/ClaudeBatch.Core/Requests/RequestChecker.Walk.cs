using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>Walks through content that may be nested.</content>
public sealed partial class RequestChecker
{
    // Reads a value of any form, because breakpoints and images may be at any depth. It returns whether there is a document in it.
    [MethodImpl(Hot.AtOnce)]
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
                bool isReference = reader.TokenType == JsonTokenType.String; // the schema of a tool has objects here
                _facts.References += isReference ? 1 : 0;
                _facts.Placeholders += isReference && reader.ValueSpan.StartsWith(UploadForms.PrefixUtf8) ? 1 : 0;
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
        if (isImage && length > Attachment.LongestImage)
        {
            Error("ImageTooLarge", "An image has more than 5 MB in base64; the service refuses it. Make it smaller: 1,568 "
                + "pixels on the longer side are enough.");
        }

        return true;
    }
}
