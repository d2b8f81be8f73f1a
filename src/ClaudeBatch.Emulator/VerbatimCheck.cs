using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Checks that answers come back byte by byte, where the plan asks for it. The words are this project's own.</summary>
internal static class VerbatimCheck
{
    /// <returns>The error, or null when all answers with calls have the bytes that they were given with, or the plan does not ask.</returns>
    public static ServiceError? Fault(JsonElement parameters, EmulatorPlan plan)
    {
        if (!plan.Verbatim)
        {
            return null;
        }

        int index = 0;
        foreach (JsonElement message in parameters.GetProperty("messages").EnumerateArray())
        {
            if (Conversation.IsOf(message, "assistant") && !CallIds.IsVerbatim(message.GetProperty("content").GetRawText()))
            {
                return ServiceError.Invalid(
                    $"messages.{index}.content: These are not the bytes of the answer. The emulator's plan asks for them.");
            }

            index++;
        }

        return null;
    }
}
