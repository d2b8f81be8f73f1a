using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Retries;

/// <summary>How a request is changed before it is sent again. These changes need no script block.</summary>
public abstract class RequestRevision
{
    private RequestRevision()
    {
    }

    /// <summary>Leaves the bytes of the request as they are.</summary>
    public static RequestRevision Unchanged { get; } = new Same();

    /// <summary>Raises <c>max_tokens</c> where the answer was cut at it; other requests are left as they are.</summary>
    /// <param name="factor">What <c>max_tokens</c> is multiplied by; the result is rounded up.</param>
    /// <param name="models">The models. Where the most output tokens of a model are known, <c>max_tokens</c> is not raised above
    /// them.</param>
    public static RequestRevision MoreTokens(double factor, ModelCatalog models) => new Longer(factor, models);

    /// <summary>Sends the same request to another model.</summary>
    public static RequestRevision AnotherModel(string model) => new Other(model);

    /// <summary>
    /// Continues the conversation: appends the assistant's turn byte for byte as it was received, and then the user's next message.
    /// </summary>
    /// <param name="userMessage">The user's next message as JSON; empty where the assistant is to continue without one
    /// (<c>pause_turn</c>).</param>
    public static RequestRevision ContinuedTurn(ReadOnlyMemory<byte> userMessage) => new Continued(userMessage);

    /// <summary>Applies this change, and then another one.</summary>
    public RequestRevision Then(RequestRevision next) => new Chain(this, next);

    /// <summary>Makes the request that is sent again.</summary>
    /// <param name="item">The request as it was sent, <c>{"custom_id":…,"params":…}</c>.</param>
    /// <param name="stopReason">The <c>stop_reason</c> of its answer; null where there is none.</param>
    /// <param name="line">Its line of the results; empty where there is none.</param>
    /// <exception cref="ClaudeBatchException"><c>AnswerMissing</c>: a conversation is to be continued, and the request has no
    /// answer.</exception>
    public abstract ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> item, string? stopReason, ReadOnlySpan<byte> line);

    private sealed class Same : RequestRevision
    {
        public override ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> item, string? stopReason, ReadOnlySpan<byte> line) => item;
    }

    private sealed class Longer(double factor, ModelCatalog models) : RequestRevision
    {
        public override ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> item, string? stopReason, ReadOnlySpan<byte> line)
        {
            if (stopReason != "max_tokens")
            {
                return item;
            }

            PreparedRequest now = RequestLine.Parse(item, "The request");
            long most = models.Find(now.Model)?.MaxOutput ?? long.MaxValue;
            return ParamsEdit.Apply(item.Span, model: null, Math.Min((long)Math.Ceiling(now.MaxTokens * factor), most));
        }
    }

    private sealed class Other(string model) : RequestRevision
    {
        public override ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> item, string? stopReason, ReadOnlySpan<byte> line)
            => ParamsEdit.Apply(item.Span, model, maxTokens: null);
    }

    private sealed class Continued(ReadOnlyMemory<byte> userMessage) : RequestRevision
    {
        public override ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> item, string? stopReason, ReadOnlySpan<byte> line)
        {
            ReadOnlySpan<byte> content = ParamsEdit.ContentOf(line);
            return content.IsEmpty
                ? throw new ClaudeBatchException(
                    FailureKind.InvalidData,
                    "AnswerMissing",
                    "The request has no answer whose turn could go on.")
                : ParamsEdit.AppendTurn(item.Span, content, userMessage.Span);
        }
    }

    private sealed class Chain(RequestRevision first, RequestRevision second) : RequestRevision
    {
        public override ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> item, string? stopReason, ReadOnlySpan<byte> line)
            => second.Apply(first.Apply(item, stopReason, line), stopReason, line);
    }
}
