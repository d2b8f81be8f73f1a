using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// A job's input from its first row to its seal. Nothing is sent before the end was seen: a process that dies in
/// between leaves a draft that the same line starts anew.
/// </summary>
public sealed partial class JobInput : IDisposable
{
    private const int ConflictsNamed = 5;

    private readonly JobLedger _ledger;

    private readonly JobRecord _job;

    private readonly OwnershipLock _lock;

    private readonly KnownRequests _known;

    private readonly DraftBooks _draft;

    private readonly PartSpooler _parts;

    private readonly LedgerFile _source;

    // Ids this input has and the job had not.
    private readonly DigestSet _seen = new();

    private readonly List<(long Row, UInt128 Digest)> _resent = [];

    private readonly List<string> _conflicts = [];

    private readonly InputRules _rules;

    private readonly RequestFindings _findings = new();

    private readonly SchemaStore _schemas;

    private readonly JobInputOptions _options;

    private readonly int _attempt;

    // What the request at hand shares with others through the cache.
    private Range? _prefix;

    private long _nextRow;

    // Of this input; a row of the job is another thing.
    private long _row;

    private long _conflictCount;

    private long _accepted;

    private long _alreadyThere;

    private long _refused;

    private JobInput(JobLedger ledger, JobRecord job, OwnershipLock ownership, JobInputOptions options)
    {
        _options = options;
        _rules = new InputRules(options.Limits, options.Checker);
        _ledger = ledger;
        _job = job;
        _lock = ownership;
        _draft = ledger.BeginDraft(job.Id);
        _known = KnownRequests.Load(ledger, job);
        _nextRow = job.SealedRows;
        _attempt = _options.SendsAgain ? 1 + ledger.Jobs.Totals(job).Attempts : 1;
        LedgerFolder.CreateFolder(ledger.Folder.Job(job.Id));
        _source = ledger.Folder.OpenForWriting(ledger.Folder.Source(job.Id), job.SealedRows == 0 ? FileMode.Create : FileMode.Append);
        _schemas = new SchemaStore(ledger.Folder, job.Id);
        _parts = new PartSpooler(ledger.Folder, job.Id, options.Limits, _draft, _options.Staging?.HeldFor);
        _options.Staging?.Begin(new PartSpooler(ledger.Folder, job.Id, options.Limits, _draft));
    }

    /// <summary>Opens a job for input: a new one, one whose input was cut, or a sealed one that may get more rows.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobNameInvalid</c>, <c>JobBusy</c>, <c>JobBoundElsewhere</c>.</exception>
    public static JobInput Open(JobLedger ledger, JobInputOptions options)
    {
        JobName.Check(options.Name);
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

    /// <summary>Takes one request.</summary>
    /// <param name="customId">Its id.</param>
    /// <param name="item">Its exact bytes, <c>{"custom_id":…,"params":…}</c>.</param>
    /// <param name="source">The row it was made from as a JSON object, or nothing.</param>
    public InputVerdict Add(string customId, ReadOnlySpan<byte> item, ReadOnlySpan<byte> source) => Add(customId, item, source, facts: null);

    /// <summary>Takes one request as it stands in a JSON Lines file; it is looked at in a single pass.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <exception cref="ClaudeBatchException"><c>InputLineInvalid</c>.</exception>
    public InputVerdict AddLine(ReadOnlySpan<byte> line, Func<string> place)
    {
        if (!Utf8.IsValid(line))
        {
            throw RequestLine.Invalid(place(), "is not UTF-8. Save the file as UTF-8 and read it again.");
        }

        try
        {
            RequestFacts facts = _rules.OfFields(line) ?? throw new InvalidOperationException("Lines are read with a checker.");
            return facts.EnvelopeFault is { } fault
                ? throw RequestLine.Invalid(place(), fault)
                : Add(facts.CustomId!, line, source: default, facts);
        }
        catch (JsonException e)
        {
            throw RequestLine.Invalid(place(), $"is not a JSON object: {e.Message}", e);
        }
    }

    private InputVerdict Add(string customId, ReadOnlySpan<byte> item, ReadOnlySpan<byte> source, RequestFacts? facts)
    {
        _row++;
        UInt128 digest = ContentDigest.Of(item);
        bool isKnown = _known.TryFind(ContentDigest.Of(customId), out KnownRequests.Known known);
        int schema = 0;
        bool isThere = isKnown && !known.IsUnsent && !_options.SendsAgain;
        RequestFault? refusal = _rules.OfEnvelope(customId, item.Length)
            ?? (IsFirst(customId, isKnown ? known.Row : null) ? (RequestFault?)null : InputRules.Duplicate)
            ?? (isThere ? null : FaultOfFields(customId, item, facts ?? _rules.OfFields(item), out schema));
        if (refusal is { } fault)
        {
            _refused++;
            _findings.Add(fault, _row, customId);
            if (!_known.WasRefused(digest))
            {
                Keep(customId, digest, source, $"{fault.Id}: {fault.Message}");
            }

            return InputVerdict.Refused;
        }

        if (!isKnown)
        {
            Spooler(item).Append(Keep(customId, digest, source, refusal: null), item, _attempt, schema);
            _accepted++;
            return InputVerdict.Accepted;
        }

        if (!isThere)
        {
            _draft.Replace(Spooler(item).Append(known.Row, item, _attempt, schema), known.Row);
            if (known.Digest != digest)
            {
                _resent.Add((known.Row, digest));
            }

            _accepted++;
            return InputVerdict.Accepted;
        }

        // Of a request another tool made only its id is known.
        if (known.Digest == digest || known.Digest == 0)
        {
            _alreadyThere++;
            return InputVerdict.AlreadyThere;
        }

        if (_conflictCount++ < ConflictsNamed)
        {
            _conflicts.Add(customId);
        }

        return InputVerdict.Conflict;
    }

    public void Dispose()
    {
        _parts.Dispose();
        _options.Staging?.First.Dispose();
        _source.Dispose();
        _schemas.Dispose();
        _lock.Dispose();
    }

    private PartSpooler Spooler(ReadOnlySpan<byte> item)
        => _options.Staging is { } staging && staging.TakesFirst(item, _prefix) ? staging.First : _parts;

    private bool IsFirst(string customId, int? knownRow) => knownRow is { } row ? _known.TrySee(row) : _seen.Add(ContentDigest.Of(customId));

    /// <summary>The first fault for which the service would refuse it; what is only worth a warning is noted.</summary>
    private RequestFault? FaultOfFields(string customId, ReadOnlySpan<byte> item, RequestFacts? facts, out int schema)
    {
        schema = 0;
        if (facts is null)
        {
            return null;
        }

        _prefix = facts.CachedPrefix;
        schema = facts.OutputSchema is { } where ? _schemas.NumberOf(item[where]) : 0;
        if (!facts.Faults.Any(static f => f.IsError))
        {
            _options.Estimate?.Add(facts);
        }

        RequestFault? refusal = null;
        foreach (RequestFault fault in facts.Faults)
        {
            if (fault.IsError)
            {
                refusal ??= fault;
            }
            else
            {
                _findings.Add(fault, _row, customId);
            }
        }

        return refusal;
    }

    private long Keep(string customId, UInt128 digest, ReadOnlySpan<byte> source, string? refusal)
    {
        long row = _nextRow++;
        long offset = _source.Position;
        if (!source.IsEmpty)
        {
            _source.Write(source);
            _source.Write("\n"u8);
        }

        _draft.Add(new RequestRecord(row, customId, ContentDigest.ToBytes(digest), offset, source.Length, refusal));
        return row;
    }
}
