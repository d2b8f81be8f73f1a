using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>Tells what would become of an input, without writing anything: which requests would be sent, in how many parts, and their cost.</summary>
/// <param name="ledger">The ledger; null where there is none yet.</param>
/// <param name="options">As for <see cref="JobInput"/>; with a checker and an estimate.</param>
public sealed class InputPreview(JobLedger? ledger, JobInputOptions options) : IDisposable
{
    private readonly JobRecord? _job = ledger?.Jobs.Find(options.Name);

    private readonly InputRules _rules = new(options.Limits, options.Checker);

    private readonly SeenDigests _seen = new();

    private readonly ContentIds _earlierIds = new();

    private readonly InputTally _tally = new();

    private readonly RequestFindings _findings = new();

    private KnownRequests? _known;

    private long _row;

    private long _partRequests;

    private long _partBytes;

    /// <summary>How many requests would be sent.</summary>
    public long Accepted => _tally.Accepted;

    /// <summary>How many the job has already, and would not be sent.</summary>
    public long AlreadyThere => _tally.AlreadyThere;

    /// <summary>How many would be left out.</summary>
    public long Refused => _tally.Refused;

    public int Parts { get; private set; }

    /// <summary>The size of all parts in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>What uploading saves, or would save.</summary>
    public FileSavings Files { get; } = new();

    /// <summary>What the requests have for faults, each distinct one once.</summary>
    public IEnumerable<Finding> Findings => _findings.All;

    /// <summary>Whether a request has no room in any batch with its files in it.</summary>
    public bool IsTooLargeInline { get; private set; }

    /// <summary>The error with which the input would end, and nothing would be sent; null where it would not.</summary>
    /// <param name="maxCost">The highest cost in USD; null for no limit.</param>
    public ClaudeBatchException? Obstacle(decimal? maxCost) => maxCost is { } most && options.Estimate?.Above(most) is { } excess
        ? new ClaudeBatchException(FailureKind.Conflict, nameof(PauseCause.BudgetExceeded), excess)
        : _job is null ? null : _tally.ConflictOf(_job);

    /// <summary>Adds one request, as <see cref="JobInput"/> takes it.</summary>
    public void Add(
        string customId,
        ReadOnlySpan<byte> item,
        string? earlierId = null,
        IReadOnlyList<Attachment>? attachments = null,
        IReadOnlyList<FileToUpload>? uploads = null)
    {
        _row++;
        if (earlierId is not null && _job?.IdRule == IdRule.AsWritten)
        {
            customId = _earlierIds.Next(earlierId);
            item = ParamsEdit.WithId(item, customId);
        }

        ContentDigest id = ContentDigest.OfId(customId);
        KnownRequests.Standing known = _job is null ? default : Known(_job).StandingOf(id, ContentDigest.Of(item), options);
        if (Fault(customId, id, known, item, uploads) is { } fault)
        {
            _findings.Add(fault, _row, customId);
            _tally.Refuse();
            if (attachments is not null && item.Length + SpoolWriter.EnvelopeLength > options.Limits.MaxBytes)
            {
                IsTooLargeInline = true;
            }
        }
        else if (known.After is not null)
        {
            _tally.FindThere();
        }
        else if (known.IsThere)
        {
            _ = known.IsOther && options.OnConflict == ConflictRule.Refuse ? _tally.Conflict(customId) : _tally.FindThere(known.IsOther);
        }
        else if (known.IsInFlight)
        {
            _tally.MeetInFlight(customId);
        }
        else
        {
            Files.Add(attachments, uploads);
            _tally.Accept(known.IsReplaced);
            Count(item.Length);
        }
    }

    private KnownRequests Known(JobRecord job) => _known ??= KnownRequests.Load(ledger!, job, withInFlight: true);

    private RequestFault? Fault(
        string customId, ContentDigest id, KnownRequests.Standing known, ReadOnlySpan<byte> item, IReadOnlyList<FileToUpload>? uploads)
    {
        if (_rules.OfEnvelope(customId, item.Length) is { } fault)
        {
            return fault;
        }

        if (!(_job is null ? _seen.Add(id) : Known(_job).TrySee(known, id, _seen)))
        {
            return InputRules.Duplicate;
        }

        if (known.IsThere)
        {
            return null;
        }

        RequestFacts? facts = _rules.OfFields(item, uploads);
        foreach (RequestFault found in facts?.Faults ?? [])
        {
            if (found.IsError)
            {
                return found;
            }

            _findings.Add(found, _row, customId);
        }

        if (facts is not null)
        {
            options.Estimate?.Add(facts);
        }

        return null;
    }

    public void Dispose()
    {
        _seen.Dispose();
        _earlierIds.Dispose();
    }

    private void Count(int length)
    {
        if (Parts == 0 || _partRequests >= options.Limits.MaxRequests || _partBytes + length + 1 > options.Limits.MaxBytes)
        {
            Parts++;
            _partRequests = 0;
            _partBytes = SpoolWriter.EnvelopeLength;
            Bytes += SpoolWriter.EnvelopeLength;
        }

        long more = length + (_partRequests > 0 ? 1 : 0);
        _partRequests++;
        _partBytes += more;
        Bytes += more;
    }
}
