using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Output;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Estimates what requests will cost, or reports what batches and jobs have cost.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "ClaudeBatch", DefaultParameterSetName = JobSet)]
[OutputType(typeof(CostReport))]
public sealed partial class MeasureClaudeBatchCommand : ConnectedCommand
{
    private const string InputObjectSet = "InputObject";

    private const string JobSet = "Job";

    private const string SinceSet = "Since";

    private const string FromBytes = "Estimated from the bytes: 2 to 6 of them a token.";

    private static readonly ModelUsage s_total = new("Total", 0, default, 0, 0, 0);

    private readonly Dictionary<long, BatchRecord> _batches = [];

    private CostEstimate? _estimate;

    private VariantGroups<VariantEstimate>? _variants;

    private RequestChecker? _checker;

    private TokenSample? _sample;

    private long _notCountable;

    /// <summary>Requests to estimate, or batches, jobs, results, ids of batches or names of jobs whose cost is reported.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ReferenceCompleter))]
    public object[] InputObject { get; set; } = [];

    /// <summary>The jobs whose cost is reported; all of the ledger where nothing is given.</summary>
    [Parameter(ParameterSetName = JobSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[] Job { get; set; } = ["*"];

    /// <summary>Reports on all batches of the ledger that were created at this time or later.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SinceSet)]
    [TimeTransformation]
    public TimeReference? Since { get; set; }

    /// <summary>How many of the requests the service counts the tokens of. Counting is free.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateRange(1, 1_000)]
    public int CountTokens { get; set; }

    /// <summary>What there is one report of each. Where it is not given: each model of one job, or each of several jobs.</summary>
    [Parameter]
    [ValidateSet(ByDay, ByModel, ByJob, ByVariant)]
    public string? GroupBy { get; set; }

    private protected override bool TakesPatterns => true;

    // Not asynchronous: a request takes microseconds, and the pump would double that.
    protected override void ProcessRecord()
    {
        foreach (object item in InputObject)
        {
            Guard(() => AddItem(item), item);
        }
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        switch (ParameterSetName)
        {
            case JobSet:
                AddBatches(Job.SelectMany(JobsLike).SelectMany(j => Open().Ledger.Batches.OfJob(j.Id)));
                break;
            case SinceSet when TryOpen() is { } session:
                DateTime since = Since!.At(session.Clock);
                AddBatches(session.Ledger.Jobs.All().SelectMany(j => session.Ledger.Batches.OfJob(j.Id)).Where(b => b.CreatedAt >= since));
                break;
        }

        if (_estimate is not null)
        {
            CheckGroup();
            await WriteEstimateAsync(_estimate, cancellationToken);
        }

        if (_batches.Count > 0)
        {
            WriteCost();
        }
    }

    private void AddItem(object item)
    {
        if (IsRequest(item))
        {
            BatchRequest request = BatchRequest.From(item);
            _estimate ??= new CostEstimate(KnownModels.Of(Connection));
            _checker ??= OpenService().Checker();
            RequestFacts facts = _checker.Check(request.Utf8.Span);
            if (request.Uploads is { } uploads)
            {
                facts.Count(uploads);
            }

            _estimate.Add(facts);
            if (IsBy(ByVariant))
            {
                _variants ??= new(areApart: true, v => new VariantEstimate(v!.Value.Name, new CostEstimate(KnownModels.Of(Connection))));
                _variants.Of(request.Variant).Estimate.Add(facts);
            }

            if (CountTokens > 0)
            {
                AddToSample(request, facts);
            }

            return;
        }

        AddBatches(BatchesOf(new BatchReference(item)));
    }

    // The service refuses to count requests with server tools or with files by url or id, so the sample is drawn from the others.
    private void AddToSample(BatchRequest request, RequestFacts facts)
    {
        if (!facts.IsCountable)
        {
            _notCountable++;
            return;
        }

        _sample ??= new TokenSample(CountTokens);
        _sample.Add(request.Utf8, request.Uploads);
    }

    private static bool IsRequest(object item)
        => PSObject.AsPSObject(item).TypeNames.Any(static t => t.EndsWith("ClaudeBatch.BatchRequest", StringComparison.Ordinal));

    private void AddBatches(IEnumerable<BatchRecord> batches)
    {
        foreach (BatchRecord batch in batches)
        {
            _batches[batch.Id] = batch;
        }
    }

    private async Task WriteEstimateAsync(CostEstimate estimate, CancellationToken cancellationToken)
    {
        string basis = FromBytes;
        if (_sample is not null)
        {
            CostEstimate[] narrowed = [estimate, .. _variants is null ? [] : _variants.All.Select(static v => v.Estimate)];
            await _sample.NarrowAsync(narrowed, KnownModels.Of(Connection), _checker!, OpenService().Api, cancellationToken);
            WriteVerboseRetries();
            basis = string.Create(CultureInfo.InvariantCulture, $"Counted by the service for {_sample.Count} of {estimate.Requests} "
                + $"requests; the ends are those of the "
                + $"sample.{(_notCountable > 0 ? $" It can count {estimate.Requests - _notCountable} of them." : string.Empty)}");
        }
        else if (_notCountable > 0)
        {
            Warn("The service can count none of these requests: each has server tools (other than the advisor), MCP servers, or "
                + "pictures or documents by url or file. The estimate is from their bytes.");
        }

        foreach (string note in estimate.NotHeld)
        {
            Warn(note);
        }

        basis += estimate.SearchBasis;
        foreach (ModelEstimate model in estimate.Models)
        {
            WarnOfPrice(model.Model, model.HasPrice);
        }

        string group = _variants is null ? Estimate : EstimateByVariant;
        IEnumerable<VariantEstimate> apart = _variants is null ? [new VariantEstimate(null, estimate)] : _variants.All;
        foreach (CostReport report in apart.SelectMany(v => Models(v, basis)))
        {
            WriteOutput(report.By(group));
        }

        WriteOutput(CostReport.Total(estimate, basis).By(group));
    }

    private void WarnOfCache(IReadOnlyList<ModelUsage> models)
    {
        foreach (ModelUsage usage in models)
        {
            WarnOfPrice(usage.Model, usage.Cost is not null || usage.HasPrice);
            if (usage is { HasPrice: true, Cost: null })
            {
                Warn($"What some answers of {usage.Model} cost is not known: they came without usage, or were collected before their price "
                    + "was known.");
            }

            if (usage.SavedByCache < 0)
            {
                string lost = PriceList.Text(PriceList.ToDollars(-usage.SavedByCache.Value));
                Warn($"With {usage.Model} the cache cost {lost} more than it saved: what was written to it was read too seldom.");
            }
        }
    }

    private void WarnOfPrice(string model, bool isKnown)
    {
        if (!isKnown)
        {
            Warn($"Model '{model}' has no price here; what it costs is not known.");
        }
    }
}
