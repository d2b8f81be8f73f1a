using System.Globalization;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Makes the results of a batch that has ended: one line for each request, in random order.</summary>
internal sealed class ResultsMaker(StoredBatch batch, AnswerSource answers, PromptCache cache, FileCheck files)
{
    /// <summary>The number of lines that are put into random order together, so that memory does not grow with the batch.</summary>
    private const int Window = 1_000;

    private readonly Random _random = new(batch.Plan.Seed ^ batch.Ordinal);

    // The counts of requests that are processing, succeeded, errored, canceled and expired, in this order.
    private readonly int[] _counts = new int[5];

    /// <summary>Writes the file of results, and gives the counts in the order processing, succeeded, errored, canceled, expired.</summary>
    public int[] Write(string bodyPath, string path)
    {
        string temporary = path + ".new";
        using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            foreach (byte[][] window in BodyScanner.Items(bodyPath).Select(Line).Chunk(Window))
            {
                _random.Shuffle(window);
                foreach (byte[] line in window)
                {
                    file.Write(line);
                    file.WriteByte((byte)'\n');
                }
            }
        }

        File.Move(temporary, path, overwrite: true);
        return _counts;
    }

    // Whatever a request holds, its batch has to end: until it does, no list and no other batch could be answered.
    private byte[] Line(ReadOnlyMemory<byte> item)
    {
        int[] before = [.. _counts];
        try
        {
            return Line(item, WriteResult);
        }
        catch (Exception e) when (EmulatedReply.IsOfOddJson(e))
        {
            before.CopyTo(_counts, 0);
            return Line(
                item, (writer, _, _) => WriteError(writer, "api_error", "Internal server error", Draw.Id("workerreq_")));
        }
    }

    private static byte[] Line(ReadOnlyMemory<byte> item, Action<Utf8JsonWriter, string, JsonElement> writeResult)
    {
        using JsonDocument document = JsonDocument.Parse(item);
        string id = document.RootElement.GetProperty("custom_id").GetString()!;
        JsonElement parameters = document.RootElement.GetProperty("params");
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("custom_id"u8, id);
            writer.WriteStartObject("result"u8);
            writeResult(writer, id, parameters);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private void WriteResult(Utf8JsonWriter writer, string id, JsonElement parameters)
    {
        EmulatorPlan plan = batch.Plan;
        string round = batch.Ordinal.ToString(CultureInfo.InvariantCulture);
        double chance = Draw.Number(plan.Seed, "outcome", id, round);
        if (Draw.Number(plan.Seed, "worked", id, round) >= batch.WorkedShare)
        {
            WriteBare(writer, batch.CancelInitiatedAt is null ? 4 : 3);
        }
        else if ((ParamsCheck.Fault(parameters, batch.ApiVersion, inBatch: true, batch.Betas) ?? VerbatimCheck.Fault(parameters, plan))
            is { } fault)
        {
            WriteError(writer, fault.Type, fault.Message, requestId: null);
        }
        else if (files.Fault(parameters) is { } missing)
        {
            WriteError(writer, missing.Type, missing.Message, requestId: null, missing.Code);
        }
        else if (Draw.Number(plan.Seed, "unpaid", id) < plan.Unpaid)
        {
            WriteError(
                writer,
                "invalid_request_error",
                "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
                requestId: null);
        }
        else if (plan.Invalid > 0 && Draw.Number(plan.Seed, "invalid", id, parameters.GetRawText()) < plan.Invalid)
        {
            WriteError(
                writer, "invalid_request_error", "messages.0.content: The emulator's plan finds this request invalid.", requestId: null);
        }
        else if (chance < plan.Errored)
        {
            bool overloaded = Draw.Number(plan.Seed, "error", id, round) < 0.5;
            WriteError(
                writer,
                overloaded ? "overloaded_error" : "api_error",
                overloaded ? "Overloaded" : "Internal server error",
                Draw.Id("workerreq_"));
        }
        else if (chance < plan.Errored + plan.Expired)
        {
            WriteBare(writer, 4);
        }
        else if (chance < plan.Errored + plan.Expired + plan.Canceled)
        {
            WriteBare(writer, 3);
        }
        else
        {
            _counts[1]++;
            writer.WriteString("type"u8, "succeeded"u8);
            writer.WritePropertyName("message"u8);
            AnswerFrame frame = new(plan, $"{plan.Seed} {round} {id}", "batch", batch.Betas, cache.Use(batch, id, parameters));
            EmulatedAnswer.Write(writer, parameters, answers.To(id, parameters), frame, files.InlineBytes);
        }
    }

    private void WriteBare(Utf8JsonWriter writer, int count)
    {
        _counts[count]++;
        writer.WriteString("type"u8, count == 4 ? "expired"u8 : "canceled"u8);
    }

    private void WriteError(Utf8JsonWriter writer, string type, string message, string? requestId, string? code = null)
    {
        _counts[2]++;
        writer.WriteString("type"u8, "errored"u8);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, "error"u8);
        writer.WriteStartObject("error"u8);
        writer.WriteStartObject("details"u8);
        writer.WriteString("error_visibility"u8, "user_facing"u8);
        if (code is not null)
        {
            writer.WriteString("error_code"u8, code);
        }

        writer.WriteEndObject();
        writer.WriteString("type"u8, type);
        writer.WriteString("message"u8, message);
        writer.WriteEndObject();
        writer.WriteString("request_id"u8, requestId);
        writer.WriteEndObject();
    }
}
