using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Finds what the service would refuse before anything is sent, or sends a few single requests to try them.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ClaudeBatchRequest", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool), typeof(RequestFinding))]
public sealed class TestClaudeBatchRequestCommand : ConnectedCommand
{
    private readonly RequestFindings _findings = new();

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    // The first requests without a fault, which -Online sends.
    private readonly List<(long Row, BatchRequest Request, ReadOnlyMemory<byte> Schema)> _first = [];

    private InputRules? _rules;

    private long _rows;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>Writes the findings in place of one bool.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>Also sends the first requests through the Messages API, at full price.</summary>
    [Parameter]
    public SwitchParameter Online { get; set; }

    /// <summary>How many requests -Online sends.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int First { get; set; } = 1;

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        _rules = new InputRules(new SpoolLimits(), OpenService().Checker());
        return Task.CompletedTask;
    }

    // Not asynchronous: a row takes microseconds, and the pump would double that.
    protected override void ProcessRecord()
    {
        foreach (object? given in PipelineInput.Of(this, InputObject))
        {
            _rows++;
            try
            {
                Look(BatchRequest.From(given));
            }
            catch (ClaudeBatchException unreadable)
            {
                _findings.Add(new RequestFault(unreadable.Id, unreadable.Message, IsError: true), _rows, string.Empty);
            }
        }
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_rows == 0)
        {
            Warn("No requests came in; nothing was tested.");
        }

        else if (Online)
        {
            await TryOnlineAsync(cancellationToken);
        }

        if (!Detailed)
        {
            foreach (Finding finding in _findings.All)
            {
                WriteVerboseLine(finding.ToString());
            }

            WriteOutput(!_findings.HasErrors);
            return;
        }

        foreach (Finding finding in _findings.All)
        {
            WriteOutput(RequestFinding.From(finding));
        }
    }

    private void Look(BatchRequest request)
    {
        string id = request.CustomId!;
        RequestFault? fault = _rules!.OfEnvelope(id, request.Utf8.Length) ?? (_ids.Add(id) ? (RequestFault?)null : InputRules.Duplicate);
        if (fault is { } envelope)
        {
            _findings.Add(envelope, _rows, id);
        }

        RequestFacts facts = _rules.OfFields(request.Utf8.Span, request.Uploads)!;
        foreach (RequestFault field in facts.Faults)
        {
            _findings.Add(field, _rows, id);
        }

        if (Online && _first.Count < First && fault is null && !facts.Faults.Any(static f => f.IsError))
        {
            ReadOnlyMemory<byte> sent = facts.OutputSchema is { } where ? request.Utf8[where] : default;
            _first.Add((_rows, request, request.OutputSchemaUtf8.IsEmpty ? sent : request.OutputSchemaUtf8));
        }
    }

    private async Task TryOnlineAsync(CancellationToken cancellationToken)
    {
        if (_first.Count == 0)
        {
            Warn("No request is without a fault, so none was sent to the service.");
            return;
        }

        if (!ShouldProcess($"{Sentence.Count(_first.Count, "request")} through the Messages API, at its full price", "Send"))
        {
            return;
        }

        MessageTrial trial = new(OpenService().Api, new PriceList(KnownModels.Of(Connection)));
        decimal? sum = 0;
        int sent = 0;
        try
        {
            foreach ((long row, BatchRequest request, ReadOnlyMemory<byte> schema) in _first)
            {
                (RequestFault? fault, decimal? cost) = await trial.SendAsync(
                    request.Uploads is { } files ? UploadForms.Inline(request.Utf8.Span, files) : request.Utf8, schema, cancellationToken);
                sum += cost;
                sent++;
                if (fault is { } found)
                {
                    _findings.Add(found, row, request.CustomId!);
                }
            }
        }
        finally
        {
            // What was sent before one that got no answer is told, too: it was paid.
            if (sent > 0)
            {
                string price = sum is { } usd
                    ? PriceList.Text(usd)
                    : "a cost that is not known here: the model has no price in this module";
                WriteHostLine($"Sent {Sentence.Count(sent, "request")} through the Messages API for {price}.");
            }
        }
    }
}
