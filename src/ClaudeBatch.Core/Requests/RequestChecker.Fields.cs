using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>Reads the fields that have a meaning of their own, and finds those that the service refuses in a batch.</content>
public sealed partial class RequestChecker
{
    private void Content(RequestField field, ref Utf8JsonReader reader)
    {
        bool isRead = field.Reads(reader.TokenType);
        switch (field.Reading)
        {
            case FieldReading.Sampling when field.GoneFrom is { } gone && string.CompareOrdinal(apiVersion, gone) >= 0:
                Error(
                    "SamplingRefused",
                    $"'{field.Name}' is no longer taken under API version {apiVersion}; leave it out, and steer with the prompt or "
                        + $"-Effort, or connect with -ApiVersion 2023-06-01.");
                break;
            case FieldReading.Sampling:
                _facts.Sampling ??= isRead && IsChanged(field.Name, ref reader) ? field.Name : null;
                break;
            case FieldReading.Breakpoint when isRead:
                Breakpoint(ref reader);
                EndCached(reader.BytesConsumed);
                _facts.CachesAll = true;
                return;
            case FieldReading.InferenceGeo when reader.TokenType != JsonTokenType.Null:
                _facts.NamesInferenceGeo = true;
                _facts.InferenceGeo = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("us"u8) ? "us" : null;
                break;
            case FieldReading.Tools when isRead:
                Utf8JsonReader end = reader; // a copy, because the tools are read twice below
                end.Skip();
                _facts.ToolList = (int)reader.TokenStartIndex..(int)end.BytesConsumed;
                Tools(reader, field.Fields);
                break;
            case FieldReading.McpServers when isRead:
                _facts.Tools.ReachesMcpServers = true;
                break;
            case FieldReading.Blocks when isRead:
                BlockFaults(reader, textOnly: true);
                break;
            case FieldReading.Texts when isRead:
                Texts(field, reader);
                break;
            case FieldReading.Content when isRead && field.Fields.Count > 0:
                Utf8JsonReader inner = reader; // a copy, because Walk below reads the same value for its texts
                Inner(ref inner, field);
                break;
        }

        if (field.RefusedBecause is { } why && !IsOff(ref reader))
        {
            Error("FieldRefused", $"'{field.Name}' is not taken in a batch; leave it out: {why}.");
        }

        Walk(ref reader);
    }

    // The reader is a copy.
    private void Texts(RequestField field, Utf8JsonReader reader)
    {
        bool areTexts = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            areTexts &= reader.TokenType == JsonTokenType.String;
            reader.Skip();
        }

        if (!areTexts)
        {
            Error("FieldInvalid", $"'{field.Name}' is not {field.Form}.");
        }
    }

    private static bool IsOff(ref Utf8JsonReader reader)
        => reader.TokenType is JsonTokenType.Null or JsonTokenType.False
            || (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("inactive"u8));

    // The service documents a default of 1 for temperature. It documents none for top_p and top_k, so a value of these that lets (almost)
    // all tokens through counts as the default.
    private static bool IsChanged(string name, ref Utf8JsonReader reader)
        => reader.TryGetDecimal(out decimal value) && name switch
        {
            "temperature" => value != 1,
            "top_p" => value < 0.99m,
            _ => value > 0,
        };

    private void Tools(Utf8JsonReader reader, RequestFieldTable fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? type = null;
            string? advisor = null;
            long? mostUses = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                RequestField? field = fields.Find(ref reader);
                reader.Read();
                switch (field?.Reading)
                {
                    case FieldReading.ToolType when field.Reads(reader.TokenType):
                        type = reader.GetString();
                        break;
                    case FieldReading.ToolModel when field.Reads(reader.TokenType):
                        advisor = reader.GetString();
                        break;
                    case FieldReading.ToolUses when field.Reads(reader.TokenType) && reader.TryGetInt64(out long uses):
                        mostUses = uses;
                        break;
                }

                reader.Skip();
            }

            _facts.Tools.Add(type, advisor, mostUses);
        }
    }
}
