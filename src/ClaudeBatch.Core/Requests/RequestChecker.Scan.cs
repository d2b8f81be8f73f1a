using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>Reads the params of a request.</content>
public sealed partial class RequestChecker
{
    [MethodImpl(Hot.AtOnce)]
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

    // Reads the fields of a value. One that is not known here is no fault, unlike among the params: the service decides about it.
    private void Inner(ref Utf8JsonReader reader, RequestField outer)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            RequestField? field = outer.Fields.Find(ref reader);
            reader.Read();
            if (field is null)
            {
                reader.Skip();
                continue;
            }

            ReadInner(outer, field, ref reader);
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void Read(RequestField field, ref Utf8JsonReader reader)
    {
        bool isRead = field.Reads(reader.TokenType);
        FormFault(field, ref reader);
        switch (field.Reading)
        {
            case FieldReading.Model:
                _facts.Model = isRead ? reader.GetString() : null;
                break;
            case FieldReading.MaxTokens:
                _facts.MaxTokens = isRead && reader.TryGetInt64(out long number) ? number : null;
                break;
            case FieldReading.Messages when isRead:
                Messages(ref reader, field.Fields);
                break;
            case FieldReading.Fields when isRead:
                Inner(ref reader, field);
                break;
            case FieldReading.Thinking when isRead:
                _facts.HasThinking = true;
                Inner(ref reader, field);
                break;
            case FieldReading.Messages or FieldReading.Fields or FieldReading.Thinking:
                break; // a value of the wrong type, which the service refuses
            default:
                Content(field, ref reader);
                break;
        }

        SkipUnread(ref reader);
    }

    // A value that the service takes for no request, whatever the model. A field within another one is named with it.
    private void FormFault(RequestField field, ref Utf8JsonReader reader, string within = "")
    {
        if (field.Form is not { } form || reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (!field.Reads(reader.TokenType) && !(field.IsAlsoText && reader.TokenType == JsonTokenType.String))
        {
            Error("FieldInvalid", $"'{within}{field.Name}' is not {form}.");
        }
        else if (field.Values.Count > 0 && !IsOneOf(field.Values, ref reader))
        {
            Error("FieldInvalid", $"'{within}{field.Name}' is '{reader.GetString()}'; there are {string.Join(", ", field.Values)}.");
        }
    }

    private static bool IsOneOf(IReadOnlyList<string> values, ref Utf8JsonReader reader)
    {
        foreach (string value in values)
        {
            if (reader.ValueTextEquals(value))
            {
                return true;
            }
        }

        return false;
    }

    private void ReadInner(RequestField outer, RequestField field, ref Utf8JsonReader reader)
    {
        bool isRead = field.Reads(reader.TokenType);
        FormFault(field, ref reader, outer.Within);
        switch (field.Reading)
        {
            case FieldReading.Fields when isRead:
                Inner(ref reader, field);
                break;
            case FieldReading.Format when isRead:
                _facts.OutputSchema = null;
                Inner(ref reader, field);
                if (_facts.OutputSchema is null)
                {
                    Error("OutputSchemaInvalid", "Its output_config.format has no schema; give it with -OutputSchema.");
                }

                break;
            case FieldReading.ThinkingType when isRead:
                _facts.ThinkingType = reader.GetString();
                break;
            case FieldReading.ThinkingBudget when isRead && reader.TryGetInt64(out long budget):
                _facts.ThinkingBudget = budget;
                break;
            case FieldReading.BlockBinding when isRead:
                _facts.BindsThinking = true;
                break;
            case FieldReading.Effort when isRead || reader.TokenType == JsonTokenType.Null:
                _facts.Effort = reader.GetString();
                break;
            case FieldReading.Effort:
                Error("EffortRefused", $"Its effort is no text; it is one of {string.Join(", ", s_efforts)}.");
                break;
            case FieldReading.Schema:
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                _facts.OutputSchema = start..(int)reader.BytesConsumed;
                break;
            case FieldReading.ToolChoiceType when isRead:
                _facts.ToolChoice = reader.GetString();
                break;
            case FieldReading.ToolChoiceName when isRead:
                _facts.ChosenTool = reader.GetString();
                break;
            case FieldReading.UserId when isRead && reader.ValueSpan.Length > LongestUserId && reader.GetString()!.Length > LongestUserId:
                Error("FieldInvalid", $"'user_id' of the metadata has more than {LongestUserId} characters.");
                break;
            case FieldReading.BillTo when isRead && !reader.ValueTextEquals("self"u8):
                Error(
                    "FieldRefused",
                    $"'billing_policy' bills '{reader.GetString()}'; a batch is paid by the account that sends it ('self').");
                break;
        }

        SkipUnread(ref reader);
    }

    // Skips an object or array that was not read. After one that was, the reader is at its closing bracket.
    private static void SkipUnread(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            reader.Skip();
        }
    }

    [MethodImpl(Hot.AtOnce)]
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

            Role(null); // an element that is not an object has no role
            reader.Skip();
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void Message(ref Utf8JsonReader reader, RequestFieldTable fields)
    {
        string? role = null;
        bool hasContent = false;
        bool hasDocument = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            RequestField? field = fields.Find(ref reader);
            if (field is null)
            {
                Error("MessageInvalid", $"A message has the field '{reader.GetString()}'; the service takes role and content only.");
            }

            reader.Read();
            if (field is { Reading: FieldReading.Role } && field.Reads(reader.TokenType))
            {
                role = reader.GetString();
            }
            else
            {
                if (field is { Reading: FieldReading.MessageContent })
                {
                    hasContent = true;
                    ContentFaults(reader);
                }

                hasDocument |= Walk(ref reader);
            }
        }

        Role(role);
        if (!hasContent)
        {
            NoContent();
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
