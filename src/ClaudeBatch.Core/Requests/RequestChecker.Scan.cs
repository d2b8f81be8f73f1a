using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <content>The one pass over the bytes.</content>
public sealed partial class RequestChecker
{
    private void Fields(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                _facts.Model = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("max_tokens"u8))
            {
                reader.Read();
                _facts.MaxTokens = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) ? number : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("messages"u8))
            {
                reader.Read();
                Messages(ref reader);
            }
            else if (reader.ValueTextEquals("output_config"u8))
            {
                reader.Read();
                OutputConfig(ref reader);
            }
            else if (reader.ValueTextEquals("thinking"u8))
            {
                reader.Read();
                Thinking(ref reader);
            }
            else
            {
                OtherField(ref reader);
            }
        }
    }

    private void OutputConfig(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        int depth = reader.CurrentDepth;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 2 && reader.ValueTextEquals("schema"u8))
            {
                reader.Read();
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                _facts.OutputSchema = start..(int)reader.BytesConsumed;
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 1 && reader.ValueTextEquals("effort"u8))
            {
                reader.Read();
                _facts.Effort = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
        }
    }

    private void Thinking(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isBudget = reader.ValueTextEquals("budget_tokens"u8);
            reader.Read();
            _facts.ThinkingType = isType && reader.TokenType == JsonTokenType.String ? reader.GetString() : _facts.ThinkingType;
            _facts.ThinkingBudget = isBudget && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long budget) ? budget : _facts.ThinkingBudget;
            reader.Skip();
        }
    }

    private void Messages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            _facts.HasMessages = true;
            Message(ref reader);
        }
    }

    private void Message(ref Utf8JsonReader reader)
    {
        string? role = null;
        bool hasContent = false;
        bool hasDocument = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isRole = reader.ValueTextEquals("role"u8);
            bool isContent = reader.ValueTextEquals("content"u8);
            reader.Read();
            if (isRole && reader.TokenType == JsonTokenType.String)
            {
                role = reader.GetString();
            }
            else
            {
                hasContent |= isContent && !(reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty) && reader.TokenType != JsonTokenType.Null;
                hasDocument |= Walk(ref reader);
            }
        }

        _facts.LastRole = role;
        if (role is not ("user" or "assistant" or "system"))
        {
            Error("RoleInvalid", "A message has no role, or another than 'user', 'assistant' and 'system'.");
        }

        if (!hasContent)
        {
            Error("ContentEmpty", "A message has no content; the service refuses empty text.");
        }

        if (hasDocument && role == "assistant" && apiVersion == Api.ServiceConnection.DefaultApiVersion)
        {
            Error("DocumentInAnswer", $"A document stands in an assistant message; API version {apiVersion} takes documents from the user only.");
        }
    }
}
