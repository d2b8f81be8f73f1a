using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Requests that are sent again in another form.</content>
public sealed partial class InvokeClaudeBatchRetryCommand
{
    private RewrittenRequests Rewrite(
        BatchSession session,
        JobRecord job,
        IEnumerable<RetryCandidate> candidates,
        CancellationToken cancellationToken)
    {
        using SpoolReader spool = new(session.Ledger);
        using ResultReader results = new(session.Ledger);
        BatchTemplate? template = Template is null ? null : BatchTemplate.From(Template);
        using RequestRewriter rewriter = new(template, Repair, MaxTokensFactor, Model, KnownModels.Of(Connection), WithReason);
        InputRules rules = new(new SpoolLimits(), session.Service.Checker());
        RewrittenRequests rewritten = new(session.Ledger, job, rules, Encoding.UTF8.GetBytes(template?.OutputSchema ?? string.Empty))
        {
            IsAnew = template?.Prompt is not null,
        };
        try
        {
            foreach ((BatchRecord batch, AttemptRecord attempt, _, _) in candidates)
            {
                cancellationToken.ThrowIfCancellationRequested();
                BatchResult result = BatchResult.From(results.Read(batch, attempt));
                try
                {
                    RefuseAnew(batch, attempt, template);
                    BatchRequest request = BatchRequest.From(spool.Read(batch, attempt));
                    if (rewriter.Rewrite(request, result) is { } bytes
                        && rewritten.Add(attempt.Row, attempt.CustomId, bytes.Span) is { } fault)
                    {
                        throw new ClaudeBatchException(
                            FailureKind.InvalidRequest, fault.Id, $"Request '{attempt.CustomId}' is left as it failed; what would be "
                                + $"sent in its place: {fault.Message}");
                    }
                }
                catch (ClaudeBatchException failure) when (!failure.IsFatal)
                {
                    Fail(failure, result);
                }
            }

            rewritten.Complete();
            return rewritten;
        }
        catch
        {
            rewritten.Dispose();
            throw;
        }
    }
}
