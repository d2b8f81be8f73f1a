using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Running;

/// <summary>
/// Sends single requests through the Messages API at full price, so that a mistake that thousands of requests have is found with a few.
/// </summary>
/// <param name="api">The service.</param>
/// <param name="prices">The prices of the models.</param>
public sealed class MessageTrial(BatchApi api, PriceList prices)
{
    /// <summary>Sends one request, once.</summary>
    /// <param name="item">The exact bytes of the request.</param>
    /// <param name="outputSchema">The schema that its answer is judged by; empty where there is none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The fault of the request or of its answer, null where there is none; and the cost in USD, null where the price is not
    /// known.</returns>
    /// <exception cref="ClaudeBatchException">The service could not be reached, or refuses every request.</exception>
    public async Task<(RequestFault? Fault, decimal? Cost)> SendAsync(
        ReadOnlyMemory<byte> item,
        ReadOnlyMemory<byte> outputSchema,
        CancellationToken cancellationToken)
    {
        byte[] message;
        try
        {
            BatchApi bound = RequestChecker.BindsThinking(item.Span) ? api.With(RequestChecker.ThinkingBindingBeta) : api;
            message = (await bound.SendMessageAsync(RequestLine.ParamsOf(item), cancellationToken).ConfigureAwait(false)).Value;
        }
        catch (ClaudeBatchException failure) when (failure.ErrorType is not null
            && failure.Kind is FailureKind.InvalidRequest or FailureKind.NotFound or FailureKind.TooLarge)
        {
            return (new RequestFault("OnlineRefused", $"The service refused it: {failure.ServiceMessage}", IsError: true), 0);
        }

        byte[] line = [.. """{"custom_id":"trial","result":{"type":"succeeded","message":"""u8, .. message, .. "}}"u8];
        if (ResultLine.Parse(line) is not { Model: { } model } answer)
        {
            throw ServiceFailure.Unreadable("Send message", requestId: null);
        }

        string? reason = Completeness.Reason(answer.Status, answer.StopReason, answer.ErrorMessage)
            ?? Completeness.AnswerReason(
                AnswerContent.Read(line),
                answer.StopReason,
                outputSchema.IsEmpty ? null : new AnswerSchema(outputSchema),
                ForcedTool.Of(item));
        return (
            reason is null
                ? null
                : new RequestFault("OnlineIncomplete", $"The service answered, and the answer is not complete: {reason}", IsError: false),
            answer.HasUsage ? PriceList.ToDollars(prices.Cost(model, answer.Usage, isBatch: false)) : null);
    }
}
