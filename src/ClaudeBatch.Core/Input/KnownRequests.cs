using System.Collections;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// The sealed requests of a job, in about 50 bytes each. They are compared with a new input, so that a command that is run again sends
/// nothing twice.
/// </summary>
internal sealed class KnownRequests
{
    private readonly Dictionary<ContentDigest, Entry> _byId;

    private readonly HashSet<ContentDigest> _refused = [];

    private readonly BitArray _unsent;

    private readonly BitArray _seen;

    private readonly BitArray _inFlight;

    // What unsent rows were when they were answered, with the part that has replaced them since.
    private readonly Dictionary<(int Row, ContentDigest Digest), long> _answered = [];

    private KnownRequests(int rows)
    {
        _byId = new Dictionary<ContentDigest, Entry>(rows); // with the final capacity, it does not hold two copies while it grows
        _unsent = new BitArray(rows);
        _seen = new BitArray(rows);
        _inFlight = new BitArray(rows);
    }

    /// <summary>How many requests the job has.</summary>
    public long Count => _byId.Count;

    /// <summary>How many of them were met in this input.</summary>
    public long SeenCount { get; private set; }

    /// <param name="ledger">The ledger.</param>
    /// <param name="job">The job.</param>
    /// <param name="withInFlight">Whether it is asked later which requests are in flight.</param>
    public static KnownRequests Load(JobLedger ledger, JobRecord job, bool withInFlight)
    {
        const int page = 10_000;
        KnownRequests known = new((int)job.SealedRows);
        if (job.SealedRows == 0)
        {
            return known;
        }

        foreach (long row in ledger.Attempts.UnsentRows(job.Id))
        {
            known._unsent[(int)row] = true;
        }

        foreach ((long row, long part, byte[] digest) in ledger.Attempts.AnsweredBefore(job.Id))
        {
            known._answered[((int)row, ContentDigest.Read(digest))] = part;
        }

        foreach (long row in withInFlight ? ledger.Attempts.RowsInFlight(job.Id) : [])
        {
            known._inFlight[(int)row] = true;
        }

        long last = -1;
        IReadOnlyList<RequestRecord> requests;
        do
        {
            requests = ledger.Attempts.Requests(job.Id, last, page);
            foreach (RequestRecord request in requests)
            {
                known.Add(request);
                last = request.Row;
            }
        }
        while (requests.Count == page);

        return known;
    }

    /// <summary>Tells what a request of the input is to those that the job has.</summary>
    /// <param name="id">The digest of its custom id.</param>
    /// <param name="digest">The digest of its bytes.</param>
    /// <param name="options">What the input was given with.</param>
    [MethodImpl(Hot.AtOnce)]
    public Standing StandingOf(ContentDigest id, ContentDigest digest, JobInputOptions options)
    {
        if (!_byId.TryGetValue(id, out Entry entry))
        {
            return default;
        }

        bool isUnsent = _unsent[entry.Row];
        // A digest of 0 means that another tool made the batch: only the custom id of its request is known.
        bool isOther = entry.Digest != digest && entry.Digest != default;
        bool isReplaced = isOther && options.OnConflict == ConflictRule.Replace && !isUnsent;
        // What was to replace an answer was never sent, and is no longer wanted: the answer is here.
        long? after = isUnsent && !options.SendsAgain && _answered.TryGetValue((entry.Row, digest), out long part) ? part : null;
        bool isThere = after is not null || (!isUnsent && !options.SendsAgain && !isReplaced);
        bool isInFlight = isReplaced && _inFlight[entry.Row];
        return new Standing(true, entry.Row, isOther, entry.Digest != digest, isReplaced, isInFlight, isThere, after);
    }

    /// <summary>Marks a request as met in this input.</summary>
    /// <param name="standing">What it is to those of the job.</param>
    /// <param name="id">The digest of its custom id.</param>
    /// <param name="others">The custom ids of the input that the job does not have.</param>
    /// <returns>True when its custom id was met for the first time.</returns>
    [MethodImpl(Hot.AtOnce)]
    public bool TrySee(Standing standing, ContentDigest id, SeenDigests others)
    {
        if (!standing.IsKnown)
        {
            return others.Add(id);
        }

        bool isFirst = !_seen[standing.Row];
        _seen[standing.Row] = true;
        SeenCount += isFirst ? 1 : 0;
        return isFirst;
    }

    /// <summary>Tells whether a row of the job was met in this input.</summary>
    public bool WasSeen(long row) => _seen[(int)row];

    /// <summary>
    /// Tells whether a row with the same bytes was refused before. Such a row is reported again, but not recorded a second time.
    /// </summary>
    public bool WasRefused(ContentDigest digest) => _refused.Contains(digest);

    private void Add(RequestRecord request)
    {
        ContentDigest digest = ContentDigest.Read(request.Digest);
        if (request.Refusal is null)
        {
            _ = _byId.TryAdd(ContentDigest.OfId(request.CustomId), new Entry((int)request.Row, digest));
        }
        else
        {
            _refused.Add(digest);
        }
    }

    /// <summary>What a request of the input is to those that the job has.</summary>
    /// <param name="IsKnown">Whether the job has a request with this custom id; nothing else counts where it has none.</param>
    /// <param name="Row">The number of that request's row in the job, from 0.</param>
    /// <param name="IsOther">Whether that request is known to have other bytes.</param>
    /// <param name="IsChanged">The same, or its bytes are not known, because another tool has sent it.</param>
    /// <param name="IsReplaced">Whether this request is to replace it.</param>
    /// <param name="IsInFlight">Whether it is to be replaced, and its last attempt has no outcome yet and may get one.</param>
    /// <param name="IsThere">Whether nothing is sent, because the job has the request or its answer.</param>
    /// <param name="After">The part that was to replace its answer, and was never sent; null where the answer was not replaced.</param>
    internal readonly record struct Standing(
        bool IsKnown, int Row, bool IsOther, bool IsChanged, bool IsReplaced, bool IsInFlight, bool IsThere, long? After);

    private readonly record struct Entry(int Row, ContentDigest Digest);
}
