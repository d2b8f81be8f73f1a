using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <content>The calls besides those of batches: one message, the count of a prompt's tokens, and the models.</content>
public sealed partial class EmulatedService
{
    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    private static EmulatedReply Models() => EmulatedReply.Json(Written(static writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        foreach (EmulatedModel model in EmulatedModels.All)
        {
            Write(writer, model);
        }

        writer.WriteEndArray();
        writer.WriteBoolean("has_more"u8, false);
        writer.WriteString("first_id"u8, EmulatedModels.All[0].Id);
        writer.WriteString("last_id"u8, EmulatedModels.All[^1].Id);
        writer.WriteEndObject();
    }));

    private static EmulatedReply Model(string name)
    {
        string id = Uri.UnescapeDataString(name);
        EmulatedModel model = EmulatedModels.Find(id) ?? throw ServiceError.NotFound($"model: {id}");
        return EmulatedReply.Json(Written(writer => Write(writer, model)));
    }

    private static void Write(Utf8JsonWriter writer, EmulatedModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, model.Id);
        writer.WriteString("type"u8, "model"u8);
        writer.WriteString("display_name"u8, model.DisplayName);
        writer.WriteString("created_at"u8, "2026-01-01T00:00:00Z"u8);
        writer.WriteString("line"u8, model.Id.Split('-')[1]);
        writer.WriteString("lifecycle"u8, model.Lifecycle);
        writer.WriteNull("deprecated_at"u8);
        writer.WriteNull("retires_at"u8);
        writer.WriteNumber("max_input_tokens"u8, model.MaxInputTokens);
        writer.WriteNumber("max_tokens"u8, model.MaxTokens);
        writer.WriteNull("capabilities"u8);
        writer.WriteEndObject();
    }

    private async Task<EmulatedReply> MessageAsync(EmulatedRequest request, string workspace, CancellationToken cancellationToken)
    {
        using JsonDocument body = await request.JsonAsync(cancellationToken).ConfigureAwait(false);
        string? betas = request.Header("anthropic-beta");
        ServiceError? fault = ParamsCheck.Fault(body.RootElement, request.Header("anthropic-version")!, inBatch: false, betas)
            ?? VerbatimCheck.Fault(body.RootElement, plan);
        if (fault is not null)
        {
            throw fault;
        }

        FileCheck files = new(_files, workspace, clock.GetUtcNow());
        if (files.Fault(body.RootElement) is { } missing)
        {
            throw missing;
        }

        Said said = new AnswerSource(plan.Answers, plan).To(string.Empty, body.RootElement);
        AnswerFrame frame = new(plan, Draw.Id("answer_"), "standard", betas);
        return EmulatedReply.Json(Written(writer => EmulatedAnswer.Write(writer, body.RootElement, said, frame, files.InlineBytes)));
    }

    private static async Task<EmulatedReply> CountTokensAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        using JsonDocument body = await request.JsonAsync(cancellationToken).ConfigureAwait(false);
        if (CountableCheck.Fault(body.RootElement) is { } fault)
        {
            throw fault;
        }

        long tokens = EmulatedAnswer.TokensOf(body.RootElement.GetRawText().Length);
        return EmulatedReply.Json(Written(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("input_tokens"u8, tokens);
            writer.WriteEndObject();
        }));
    }
}
