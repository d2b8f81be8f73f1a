using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>The one pass over the bytes.</content>
public sealed partial class RequestChecker
{
    private void Params(ref Utf8JsonReader reader, RequestFieldTable fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (fields.Find(ref reader) is { } field)
            {
                reader.Read();
                Read(field, ref reader);
                continue;
            }

            Warning(
                "FieldUnknown",
                $"'{reader.GetString()}' is not a field of a request that is known here; the service refuses fields it does not know.");
            reader.Read();
            Walk(ref reader);
        }
    }

    // What is in a field, and not known here, is the service's to judge.
    private void Inner(ref Utf8JsonReader reader, RequestFieldTable fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            RequestField? field = fields.Find(ref reader);
            reader.Read();
            if (field is null)
            {
                reader.Skip();
                continue;
            }

            ReadInner(field, ref reader);
        }
    }

    private void Read(RequestField field, ref Utf8JsonReader reader)
    {
        bool isLookedInto = field.IsLookedInto(reader.TokenType);
        switch (field.Reading)
        {
            case FieldReading.Model:
                _facts.Model = isLookedInto ? reader.GetString() : null;
                break;
            case FieldReading.MaxTokens:
                _facts.MaxTokens = isLookedInto && reader.TryGetInt64(out long number) ? number : null;
                break;
            case FieldReading.Messages when isLookedInto:
                Messages(ref reader, field.Fields);
                break;
            case FieldReading.Fields when isLookedInto:
                Inner(ref reader, field.Fields);
                break;
            case FieldReading.Messages or FieldReading.Fields:
                break; // of the wrong kind, as the service will say
            default:
                Content(field, ref reader);
                break;
        }

        Leave(ref reader);
    }

    private void ReadInner(RequestField field, ref Utf8JsonReader reader)
    {
        bool isLookedInto = field.IsLookedInto(reader.TokenType);
        switch (field.Reading)
        {
            case FieldReading.Fields when isLookedInto:
                Inner(ref reader, field.Fields);
                break;
            case FieldReading.ThinkingType when isLookedInto:
                _facts.ThinkingType = reader.GetString();
                break;
            case FieldReading.ThinkingBudget when isLookedInto && reader.TryGetInt64(out long budget):
                _facts.ThinkingBudget = budget;
                break;
            case FieldReading.Effort:
                _facts.Effort = isLookedInto ? reader.GetString() : null;
                break;
            case FieldReading.Schema:
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                _facts.OutputSchema = start..(int)reader.BytesConsumed;
                break;
            case FieldReading.ToolChoiceType when isLookedInto:
                _facts.ToolChoice = reader.GetString();
                break;
            case FieldReading.BillTo when isLookedInto && !reader.ValueTextEquals("self"u8):
                Error(
                    "FieldRefused",
                    $"'billing_policy' bills '{reader.GetString()}'; a batch is paid by the account that sends it ('self').");
                break;
        }

        Leave(ref reader);
    }

    // Past what was not looked into; what was ends in a token that has nothing in it.
    private static void Leave(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            reader.Skip();
        }
    }

    private void Messages(ref Utf8JsonReader reader, RequestFieldTable fields)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _facts.HasMessages = true;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                Message(ref reader, fields);
                continue;
            }

            Role(null); // an element that is no object has none
            reader.Skip();
        }
    }

    private void Message(ref Utf8JsonReader reader, RequestFieldTable fields)
    {
        string? role = null;
        bool hasContent = false;
        bool hasDocument = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            RequestField? field = fields.Find(ref reader);
            reader.Read();
            if (field is { Reading: FieldReading.Role } && field.IsLookedInto(reader.TokenType))
            {
                role = reader.GetString();
            }
            else
            {
                bool isEmpty = reader.TokenType == JsonTokenType.Null
                    || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty);
                hasContent |= field is { Reading: FieldReading.MessageContent } && !isEmpty;
                hasDocument |= Walk(ref reader);
            }
        }

        Role(role);
        if (!hasContent)
        {
            Error("ContentEmpty", "A message has no content; the service refuses empty text.");
        }

        if (hasDocument && role == "assistant" && apiVersion == Api.ServiceConnection.DefaultApiVersion)
        {
            Error(
                "DocumentInAnswer",
                $"A document stands in an assistant message; API version {apiVersion} takes documents from the user only.");
        }
    }

    private void Role(string? role)
    {
        _facts.LastRole = role;
        if (role is not ("user" or "assistant" or "system"))
        {
            Error("RoleInvalid", "A message has no role, or another than 'user', 'assistant' and 'system'.");
        }
    }
}
