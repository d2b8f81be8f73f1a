using System.Text.Json;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Json;

namespace ClaudeBatch.Core.Results;

/// <content>Reads what an error says.</content>
public sealed partial class ResultLine
{
    // The error is nested twice: result.error is the whole envelope, result.error.error says what happened.
    private void ScanError(ref JsonScanner scanner)
    {
        if (!scanner.TryEnter())
        {
            return;
        }

        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("error"u8))
            {
                ScanErrorBody(ref scanner);
            }
            else if (name.SequenceEqual("request_id"u8))
            {
                ErrorRequestId = scanner.TextOrNull();
            }
            else
            {
                scanner.Skip();
            }
        }
    }

    private void ScanErrorBody(ref JsonScanner scanner)
    {
        if (!scanner.TryEnter())
        {
            return;
        }

        while (scanner.TryProperty(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("type"u8))
            {
                ErrorType = scanner.TextOrNull();
            }
            else if (name.SequenceEqual("message"u8))
            {
                ErrorMessage = scanner.TextOrNull();
            }
            else if (name.SequenceEqual("details"u8))
            {
                ReadOnlySpan<byte> details = scanner.Value();
                ErrorToDo = ToDoAbout(details);
                IsFileExpired = details.IndexOf("\"file_expired\""u8) >= 0;
            }
            else
            {
                scanner.Skip();
            }
        }
    }

    // Nearly every error has details, and few details have a code. The search for its name saves parsing the others.
    private static string? ToDoAbout(ReadOnlySpan<byte> details)
    {
        if (details.IndexOf("error_code"u8) < 0)
        {
            return null;
        }

        Utf8JsonReader reader = new(details);
        JsonElement element = JsonElement.ParseValue(ref reader);
        return element.ValueKind == JsonValueKind.Object ? KnownError.ToDoAbout(ApiJson.Details(element)) : null;
    }
}
