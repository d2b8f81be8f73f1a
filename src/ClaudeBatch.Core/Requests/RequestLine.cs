using System.Text.Json;
using System.Text.Unicode;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// Reads a request from a line of a JSON Lines file, <c>{"custom_id":…,"params":{…}}</c>. The bytes are kept as they are.
/// </summary>
public static class RequestLine
{
    /// <summary>Reads a line.</summary>
    /// <param name="line">The line without its line break.</param>
    /// <param name="place">Where the line is, for error messages: a file and a line number, or a row.</param>
    /// <exception cref="ClaudeBatchException"><c>InputLineInvalid</c>.</exception>
    public static PreparedRequest Parse(ReadOnlyMemory<byte> line, string place)
    {
        if (!Utf8.IsValid(line.Span))
        {
            throw Invalid(place, "is not UTF-8. Save the file as UTF-8 and read it again.");
        }

        try
        {
            return Scan(line, place);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Invalid(place, $"is not a JSON object: {e.Message}", e);
        }
    }

    /// <summary>Finds the bytes of the params of a request, which is known to be valid.</summary>
    public static ReadOnlyMemory<byte> ParamsOf(ReadOnlyMemory<byte> line)
    {
        Utf8JsonReader reader = new(line.Span, ParamsEdit.AnyDepth);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isParams = reader.ValueTextEquals("params"u8);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isParams)
            {
                return line[start..(int)reader.BytesConsumed];
            }
        }

        throw new ArgumentException("The line has no params.", nameof(line));
    }

    private static PreparedRequest Scan(ReadOnlyMemory<byte> line, string place)
    {
        Utf8JsonReader reader = new(line.Span, ParamsEdit.AnyDepth);
        string? id = null;
        (string Model, int MaxTokens)? parameters = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid(place, "is not a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "custom_id" when reader.TokenType == JsonTokenType.String:
                    id = reader.GetString();
                    break;
                case "params" when reader.TokenType == JsonTokenType.StartObject:
                    parameters = ScanParams(ref reader);
                    break;
                case "custom_id" or "params":
                    throw Invalid(place, $"has a '{name}' of the wrong type.");
                default:
                    throw Invalid(place, $"has the field '{name}'; the service takes custom_id and params only.");
            }
        }

        if (reader.Read())
        {
            throw Invalid(place, "holds more than one JSON value.");
        }

        return id is null || parameters is null
            ? throw Invalid(place, $"has no '{(id is null ? "custom_id" : "params")}'.")
            : new PreparedRequest(id, line, parameters.Value.Model, parameters.Value.MaxTokens);
    }

    private static (string Model, int MaxTokens) ScanParams(ref Utf8JsonReader reader)
    {
        string model = string.Empty;
        int maxTokens = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isModel = reader.ValueTextEquals("model"u8);
            bool isMaxTokens = reader.ValueTextEquals("max_tokens"u8);
            reader.Read();
            if (isModel && reader.TokenType == JsonTokenType.String)
            {
                model = reader.GetString()!;
            }
            else if (isMaxTokens && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number))
            {
                maxTokens = number;
            }
            else
            {
                reader.Skip();
            }
        }

        return (model, maxTokens);
    }

    internal static ClaudeBatchException Invalid(string place, string fault, Exception? cause = null)
        => new(FailureKind.InvalidData, "InputLineInvalid", $"{place} {fault}", cause) { Target = place };
}
