using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// Reads a job's input from its first row to its end. Nothing is sent before the end was reached: a process that ends in between leaves
/// a draft, which is discarded when the same command is run again.
/// </summary>
public sealed partial class JobInput : IDisposable
{
    private readonly JobLedger _ledger;

    private readonly JobRecord _job;

    private readonly OwnershipLock _lock;

    private readonly KnownRequests _known;

    private readonly DraftBooks _draft;

    private readonly PartSpooler _parts;

    private readonly RowFile _rows;

    // The custom ids of this input that the job did not have before.
    private readonly SeenDigests _seen = new();

    // Numbers equal rows by the rule of earlier versions.
    private readonly ContentIds _earlierIds = new();

    // The rows of the job that are sent with other bytes than before.
    private readonly List<(long Batch, RequestRecord Request)> _changed = [];

    // The rows that are again what they were when they were answered, with the part that has replaced them since.
    private readonly List<(long Row, long Part)> _goneBack = [];

    private readonly InputTally _tally = new();

    private readonly InputRules _rules;

    private readonly RequestFindings _findings = new();

    private readonly SchemaStore _schemas;

    private readonly JobInputOptions _options;

    private readonly int _attempt;

    // The part of the current request's bytes that is cached; null where the request has no cache breakpoint.
    private Range? _prefix;

    // Whether a request says what becomes of thinking that does not fit: the job's batches need a beta then.
    private bool _bindsThinking;

    // The number of the next row of the job, from 0.
    private long _nextRow;

    // The number of the current row of this input, from 1. A job may have had other inputs before, so this is not the row's number in the
    // job.
    private long _row;

    // Of the refused requests, those that the job did not have before.
    private long _refusedRows;

    private JobInput(JobLedger ledger, JobRecord job, OwnershipLock ownership, JobInputOptions options)
    {
        _options = options;
        _rules = new InputRules(options.Limits, options.Checker);
        _ledger = ledger;
        _job = job;
        _lock = ownership;
        _draft = ledger.BeginDraft(job.Id, isReadMeanwhile: false);
        _known = KnownRequests.Load(ledger, job, withInFlight: options.OnConflict == ConflictRule.Replace);
        _nextRow = job.SealedRows;
        _attempt = _options.SendsAgain || _options.OnConflict == ConflictRule.Replace ? 1 + ledger.Jobs.Totals(job).Attempts : 1;
        try
        {
            LedgerFolder.CreateFolder(ledger.Folder.Job(job.Id));
            _rows = new RowFile(ledger.Folder, job);
            _schemas = new SchemaStore(ledger.Folder, job.Id);
            _parts = new PartSpooler(ledger.Folder, job.Id, options.Limits, _draft, _options.Staging?.HeldFor);
            _options.Staging?.Begin(new PartSpooler(ledger.Folder, job.Id, options.Limits, _draft));
        }
        catch
        {
            _parts?.Dispose();
            _schemas?.Dispose();
            _rows?.Dispose();
            _draft.Dispose();
            throw;
        }
    }

    /// <summary>Opens a job for input: a new one, one whose input was interrupted, or a sealed one that gets further rows.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobNameInvalid</c>, <c>JobBusy</c>, <c>JobBoundElsewhere</c>.</exception>
    public static JobInput Open(JobLedger ledger, JobInputOptions options)
    {
        JobName.Check(options.Name, name => ledger.Jobs.Find(name) is not null);
        JobRecord job = ledger.Jobs.FindOrCreate(options.Name, options.Connection, options.MaxAttempts);
        JobBinding.Check(job, options.Connection);
        OwnershipLock ownership = Ownership.TakeInput(ledger.Folder, job);
        try
        {
            return new JobInput(ledger, ledger.Jobs.Get(job.Id), ownership, options);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    /// <summary>Whether ids that are made from rows follow the rule of earlier versions.</summary>
    public bool TakesEarlierIds => _job.IdRule == IdRule.AsWritten;

    /// <summary>Adds one request.</summary>
    /// <param name="customId">The request's custom id.</param>
    /// <param name="item">The exact bytes of the request, <c>{"custom_id":…,"params":…}</c>.</param>
    /// <param name="source">The row that the request was made from, as a JSON object; empty where there is none.</param>
    /// <param name="outputSchema">The schema, as it was given, that the answer is judged by (<see cref="OutputSchema.Given"/>); empty where
    /// that is the one in the request.</param>
    /// <param name="earlierId">The id that earlier versions made from the row; null where it is today's, or was given. A job that
    /// <see cref="TakesEarlierIds"/> has the request under this id, with the number that equal rows get.</param>
    /// <param name="digest">The digest of <paramref name="item"/>, where somebody has made it; else it is made here.</param>
    /// <param name="uploads">The files that <paramref name="item"/> names by placeholders; null for none.</param>
    /// <param name="variant">Which variant of its row it is; null where it is none.</param>
    /// <exception cref="ClaudeBatchException">A file could not be uploaded; the request was not added.</exception>
    [MethodImpl(Hot.AtOnce)]
    public InputVerdict Add(
        string customId,
        ReadOnlySpan<byte> item,
        ReadOnlySpan<byte> source,
        ReadOnlySpan<byte> outputSchema = default,
        string? earlierId = null,
        ContentDigest? digest = null,
        IReadOnlyList<FileToUpload>? uploads = null,
        string? variant = null)
    {
        if (earlierId is null || !TakesEarlierIds)
        {
            return Add(customId, item, source, outputSchema, facts: null, digest, uploads, variant);
        }

        string id = _earlierIds.Next(earlierId);
        return Add(id, ParamsEdit.WithId(item, id), source, outputSchema, facts: null, made: null, uploads, variant);
    }

    [MethodImpl(Hot.AtOnce)]
    private InputVerdict Add(
        string customId,
        ReadOnlySpan<byte> item,
        ReadOnlySpan<byte> source,
        ReadOnlySpan<byte> outputSchema,
        RequestFacts? facts,
        ContentDigest? made,
        IReadOnlyList<FileToUpload>? uploads,
        string? variant)
    {
        _row++;
        ContentDigest digest = made ?? ContentDigest.Of(item);
        ContentDigest id = ContentDigest.OfId(customId);
        KnownRequests.Standing known = _known.StandingOf(id, digest, _options);
        int schema = 0;
        RequestFault? refusal = _rules.OfEnvelope(customId, item.Length)
            ?? (_known.TrySee(known, id, _seen) ? (RequestFault?)null : InputRules.Duplicate)
            ?? (known.IsThere ? null : FaultOfFields(customId, item, outputSchema, facts ?? _rules.OfFields(item, uploads), out schema));
        if (refusal is { } fault)
        {
            _findings.Add(fault, _row, customId);
            if (!_known.WasRefused(digest))
            {
                DraftRow(customId, digest, source, variant, $"{fault.Id}: {fault.Message}");
            }

            return _tally.Refuse();
        }

        if (!known.IsKnown)
        {
            ReadOnlySpan<byte> whole = uploads is null ? item : WithFiles(item, uploads);
            Spooler(item).Append(DraftRow(customId, digest, source, variant, refusal: null), whole, _attempt, schema);
            return _tally.Accept();
        }

        if (known.After is { } part)
        {
            _goneBack.Add((known.Row, part));
            return _tally.FindThere();
        }

        if (known.IsThere)
        {
            return !known.IsOther || _options.OnConflict == ConflictRule.Keep ? _tally.FindThere(known.IsOther) : _tally.Conflict(customId);
        }

        if (known.IsInFlight)
        {
            return _tally.MeetInFlight(customId);
        }

        ReadOnlySpan<byte> sent = uploads is null ? item : WithFiles(item, uploads);
        long batch = Spooler(item).Append(known.Row, sent, _attempt, schema);
        _draft.Replace(batch, known.Row);
        if (known.IsChanged)
        {
            _changed.Add((batch, _rows.Add(known.Row, customId, digest, source, refusal: null, variant)));
        }

        return _tally.Accept(known.IsReplaced);
    }

    public void Dispose()
    {
        _seen.Dispose();
        _earlierIds.Dispose();
        _draft.Dispose();
        _parts.Dispose();
        _options.Staging?.First.Dispose();
        _rows.Dispose();
        _schemas.Dispose();
        _lock.Dispose();
    }
}
