using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json.Nodes;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Commands;

/// <summary>Changes a failed request into the one that is sent in its place.</summary>
internal sealed class RequestRewriter : IDisposable
{
    private readonly RequestTemplate? _template;

    private readonly RowText? _prompt;

    private readonly ScriptBlock? _repair;

    private readonly RequestRevision _revision;

    private readonly bool _withReason;

    public RequestRewriter(
        BatchTemplate? template, ScriptBlock? repair, double? maxTokensFactor, string? model, ModelCatalog models, bool withReason)
    {
        _template = template?.ToRequestTemplate();
        _prompt = template?.Prompt is { } prompt ? new RowText(prompt, nameof(BatchTemplate.Prompt)) : null;
        _repair = repair;
        _withReason = withReason;
        _revision = model is null ? RequestRevision.Unchanged : RequestRevision.AnotherModel(model);
        if (maxTokensFactor is { } factor)
        {
            // The model is changed first, because max_tokens is capped at the limit of the model that the request is sent to.
            _revision = _revision.Then(RequestRevision.MoreTokens(factor, models));
        }
    }

    /// <param name="request">The request as it was sent.</param>
    /// <param name="result">The result that the request had.</param>
    /// <returns>The bytes to send, or null when the script block returned nothing and the request is not sent again.</returns>
    /// <exception cref="ClaudeBatchException"><c>ScriptBlockFailed</c>, <c>RepairInvalid</c>, <c>PlaceholderUnknown</c>,
    /// <c>PromptEmpty</c>.</exception>
    public ReadOnlyMemory<byte>? Rewrite(BatchRequest request, BatchResult result)
    {
        ReadOnlyMemory<byte>? bytes = _template is null ? request.Utf8 : Render(_template, request);
        if (_repair is not null)
        {
            PreparedRequest prepared = RequestLine.Parse(bytes.Value, $"The request '{request.CustomId}'");
            bytes = Repair(_repair, BatchRequest.From(prepared, request.SourceUtf8), result);
        }

        // What has failed has no answer, and is sent as it was.
        if (_withReason && result.Status == nameof(Outcome.Succeeded))
        {
            bytes = WithReason(request.Utf8, result);
        }

        // Without the cast null would convert to byte[], and from there to empty memory that is not null.
        return bytes is { } item ? _revision.Apply(item, result.StopReason, line: default) : (ReadOnlyMemory<byte>?)null;
    }

    public void Dispose() => _template?.Dispose();

    // The answer goes back as it came, and the reason is what the user says to it.
    private static ReadOnlyMemory<byte> WithReason(ReadOnlyMemory<byte> item, BatchResult result)
    {
        ReadOnlySpan<byte> content = ParamsEdit.ContentOf(result.LineBytes);
        string? why = result.Reason is null ? "it has no reason."
            : result.StopReason is Core.Results.Completeness.CallsTools or "pause_turn"
                ? "its answer waits for tools, or for the rest of its turn."
            : content.Length <= "[]".Length ? "it has no answer that the model could be told of."
            : null;
        if (why is not null)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidRequest, "AnswerMissing", $"Request '{result.CustomId}' is left as it is with -WithReason: {why}")
            { Target = result.CustomId };
        }

        JsonObject message = new() { ["role"] = "user", ["content"] = TurnOf(result) };
        return RequestRevision.ContinuedTurn(SharedValue.Write(message)).Apply(item, result.StopReason, result.LineBytes);
    }

    // What a check of the user's own gave, and not said, tells a model nothing.
    private static string TurnOf(BatchResult result) => result.IsNotAccepted && Acceptance.IsWithoutReason(result.Reason!)
        ? "This answer was not accepted. Answer again."
        : result.Reason!;

    private ReadOnlyMemory<byte> Render(RequestTemplate template, BatchRequest request)
    {
        string id = request.CustomId!;
        if (_prompt is null)
        {
            // The template has no prompt, so the messages of the request stay.
            return template.RenderMessages(id, JsonText.Write((request.Params as PSObject)?.Properties["messages"]?.Value)).Utf8;
        }

        object? source = request.Source;
        string text = _prompt.Render(source is null ? null : new ShellRow(source, number: 1));
        return text.Length > 0
            ? template.Render(id, text).Utf8
            : throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "PromptEmpty",
                $"The prompt of '{id}' is empty; the service refuses empty text.") { Target = id };
    }

    private static ReadOnlyMemory<byte>? Repair(ScriptBlock repair, BatchRequest request, BatchResult result)
    {
        string id = request.CustomId!;
        PSObject?[] given =
        [
            .. UserScript.Run(
                repair,
                result,
                (why, cause) => new ClaudeBatchException(
                    FailureKind.InvalidRequest, "ScriptBlockFailed", $"The script block of -Repair failed for '{id}': {why}", cause)
                { Target = id },
                arguments: [request, result]).Where(static o => o is not null),
        ];
        return given switch
        {
            [] => (ReadOnlyMemory<byte>?)null,
            [{ BaseObject: BatchRequest same }] => Changed(same, id),
            [{ BaseObject: IDictionary or PSCustomObject } parameters] => ParamsEdit.Assemble(id, JsonText.Write(parameters)),
            _ => throw Invalid(id, string.Create(
                CultureInfo.InvariantCulture, $"{given.Length} things, first '{given[0]}'")),
        };
    }

    // A script block may have changed the request's Params in place. Where it has not, the original bytes are sent.
    private static ReadOnlyMemory<byte> Changed(BatchRequest request, string id)
    {
        if (request.CustomId != id)
        {
            throw Invalid(id, $"a request named '{request.CustomId}'; a request keeps its id");
        }

        byte[] view = JsonText.Write(request.Params);
        return view.AsSpan().SequenceEqual(JsonText.Write(ObjectView.Parse(RequestLine.ParamsOf(request.Utf8).Span)))
            ? request.Utf8
            : ParamsEdit.Assemble(id, view);
    }

    private static ClaudeBatchException Invalid(string id, string what) => new(
        FailureKind.InvalidRequest,
        "RepairInvalid",
        $"The script block of -Repair gave {what} for '{id}'. It gives the request, changed, or its params as a table; nothing leaves "
            + $"the request as it failed.")
    { Target = id };
}
